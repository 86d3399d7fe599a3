"""A real Prometheus scrapes the fleet of the compose file while it works: scrape.py BINARY

Prometheus runs with Deploy/prometheus/prometheus.yml and its rules; only the targets are this machine's.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import yaml

import fleets
from processes import ROOT, Failed, Processes, free_port, get, wait_until

SEARCHES = 400
# What must be there once searches were answered and looked up, by job.
SERIES = {
    "summarizer": [
        "highlights_outcomes_total", "highlights_search_seconds_count", "highlights_binding_constraint",
        "kafka_worker_received_total", "kafka_worker_ended_total", "kafka_worker_lag", "kafka_worker_in_flight",
        "kafka_worker_oldest_unfinished_age_seconds", "kafka_worker_commits_total", "kafka_worker_rebalances_total",
        "kafka_client_broker_up", "llm_gateway_calls_total", "llm_gateway_in_flight",
        "gen_ai_client_operation_duration_seconds_bucket", "gen_ai_client_token_usage_sum", "highlights_ready",
        "process_resident_memory_bytes"],
    "cache": [
        "kafka_worker_received_total", "kafka_worker_lag", "highlight_store_operation_seconds_bucket",
        "highlight_store_applied_total", "highlights_ready"],
    "serve": [
        "lookup_request_seconds_bucket", "lookup_answers_total", "highlight_store_operation_seconds_bucket",
        "highlights_ready"],
}


def start_prometheus(processes, fleet):
    """With the project's own configuration; its URL."""
    place = processes.folder / "prometheus"
    shutil.copytree(ROOT / "Deploy/prometheus", place)
    configuration = yaml.safe_load((place / "prometheus.yml").read_text())
    # So that what happens in seconds is seen.
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    for job in configuration["scrape_configs"]:
        (service,) = job.pop("dns_sd_configs")
        (name,) = service["names"]
        targets = [f"127.0.0.1:{port}" for process, port in fleet.status_ports.items()
                   if process.split("-")[0] == name]
        if not targets:
            raise Failed(f"prometheus.yml: nothing runs for {name}")
        job["static_configs"] = [{"targets": targets}]
    (place / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    port = free_port()
    process = processes.start("prometheus-server", [
        "prometheus", f"--config.file={place / 'prometheus.yml'}", f"--storage.tsdb.path={processes.folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}"])
    wait_until(lambda: get(f"http://127.0.0.1:{port}/-/ready")[0] == 200, 30, "prometheus", process)
    return f"http://127.0.0.1:{port}"


def query(url, expression):
    status, body = get(f"{url}/api/v1/query?{urllib.parse.urlencode({'query': expression})}")
    if status != 200:
        raise Failed(f"{expression} is no query: {body[:300]}")
    return json.loads(body)["data"]["result"]


def load(processes, binary, fleet):
    """Searches on the topic, then look-ups of them."""
    samples = [json.loads(line) for line in (ROOT / "Config/samples/searches.jsonl").read_text().splitlines()]
    path = processes.folder / "load.jsonl"
    texts = []
    with open(path, "w") as file:
        for number in range(SEARCHES):
            search = dict(samples[number % len(samples)])
            search.pop("queryId", None)
            search["text"] += f" {number}"
            texts.append((search["text"], search["locale"]))
            file.write(json.dumps(search) + "\n")
    processes.run("load", [binary, "publish", "--kafka", fleet.kafka, path])
    for text, locale in texts[:100]:
        query = urllib.parse.urlencode({"q": text, "locale": locale})
        get(f"http://127.0.0.1:{fleet.serve_port}/v1/highlights?{query}")


def check_metrics(fleet):
    """By promtool, as Prometheus reads them."""
    for name, port in fleet.status_ports.items():
        _, text = get(f"http://127.0.0.1:{port}/metrics")
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
        if done.returncode != 0 or done.stderr.strip():
            raise Failed(f"promtool check metrics of {name}: {done.stdout}{done.stderr}")
        print(f"ok: promtool check metrics: {name}, {len(text.splitlines())} lines")


def check_rules(url):
    data = json.loads(get(f"{url}/api/v1/rules")[1])["data"]
    rules = [rule for group in data["groups"] for rule in group["rules"]]
    sick = [f"{rule['name']}: {rule.get('lastError')}" for rule in rules if rule["health"] == "err"]
    firing = [rule["name"] for rule in rules if rule["state"] == "firing"]
    if not rules or sick or firing:
        raise Failed(f"of {len(rules)} rules cannot be evaluated: {sick}; fire although all is well: {firing}")
    print(f"ok: {len(rules)} rules evaluated, none fires")


def check_dashboards(url):
    """Each panel's query is one; which of them have data."""
    panels = empty = 0
    for path in sorted((ROOT / "Deploy/grafana").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", []):
                panels += 1
                expression = target["expr"].replace("$__rate_interval", "20s").replace("$job", ".*")
                empty += not query(url, expression)
    print(f"ok: {panels} queries of dashboards, {panels - empty} of them with data")


def prove(binary, processes):
    fleet = fleets.compose(processes, binary)
    url = start_prometheus(processes, fleet)
    load(processes, binary, fleet)
    targets = len(fleet.status_ports)
    wait_until(lambda: len(query(url, "up == 1")) == targets, 30, f"{targets} targets are up")
    if len(query(url, "up")) != targets:
        raise Failed("a target is down")
    print(f"ok: up is 1 of {targets} targets: {', '.join(fleet.status_ports)}")
    for job, names in SERIES.items():
        for name in names:
            wait_until(lambda: query(url, f'{name}{{job="{job}"}}'), 20, f"{name} of {job}")
        print(f"ok: {job}: {len(names)} metrics are there")
    done = 'sum(highlights_outcomes_total{result=~"answered|no_answer|unchanged"})'
    wait_until(lambda: float((query(url, done) or [{"value": [0, 0]}])[0]["value"][1]) >= SEARCHES, 60,
               f"{SEARCHES} outcomes are counted")
    print(f"ok: {SEARCHES} outcomes are counted")
    check_metrics(fleet)
    check_rules(url)
    check_dashboards(url)


def main():
    memory = pathlib.Path("/dev/shm")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="highlights-scrape-", dir=memory if memory.is_dir() else None))
    try:
        with Processes(folder) as processes:
            try:
                prove(pathlib.Path(sys.argv[1]).resolve(), processes)
            except Failed as failure:
                processes.tails()
                print(f"failed: {failure}")
                return 1
        print("ok: Prometheus scrapes the fleet")
        return 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(main())
