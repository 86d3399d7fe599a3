# LiteLLM's proxy in the version that `make test-litellm` asks through: the two that followed it carried malware.
FROM python:3.12-slim-bookworm
RUN pip install --no-cache-dir --only-binary :all: 'litellm[proxy]==1.82.6' \
  && useradd --uid 10002 --create-home litellm
USER 10002:10002
ENV LITELLM_LOCAL_MODEL_COST_MAP=True
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:4000/health/liveliness', timeout=4)"]
ENTRYPOINT ["litellm"]
CMD ["--config", "/etc/litellm/litellm.yaml", "--host", "0.0.0.0", "--port", "4000", "--telemetry", "False"]
