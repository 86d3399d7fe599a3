"""Runs a search through what Deploy/compose or Deploy/systemd starts: without_docker.py compose|systemd BINARY"""

import json
import pathlib
import shutil
import sys
import tempfile
import urllib.parse

import fleets
from processes import ROOT, Failed, Processes, get, wait_until

# One that compose publishes by itself, and one that nobody has asked yet.
KNOWN = ("best ramen near hoshimachi station", "en-US")
NEW = ("where do i get the best ramen close to hoshimachi", "en-US")

# All that may differ from the files: where something is.
ADDRESSES = ("_SERVERS", "_HOST", "_PORT", "_URL", "_PATH", "_FILE")


def look_up(port, search, seconds):
    """Asks until the search has a highlight; what it is."""
    text, locale = search
    query = urllib.parse.urlencode({"q": text, "locale": locale, "wait": "5s"})
    found = {}

    def is_found():
        status, body = get(f"http://127.0.0.1:{port}/v1/highlights?{query}", timeout=15)
        if status == 200:
            found.update(json.loads(body))
        return status == 200

    wait_until(is_found, seconds, f"a highlight of {text!r}")
    return found


def await_ready(processes, name, url):
    """Longer than a session: a group that has to give up on a member first is ready after that."""
    try:
        wait_until(lambda: get(url)[0] == 200, 150, f"{name}: /readyz", dict(processes.running)[name])
    except Failed as failure:
        raise Failed(f"{failure}; it says: {get(url)[1].strip()}") from None


def look_into_store(processes, binary, fleet):
    """`highlights lookup` with the API's own setting; it ends with 1 while there is no highlight."""
    text, locale = KNOWN

    def is_there():
        process = processes.start("lookup", [binary, "lookup", text, "--locale", locale, "--json"], fleet.store)
        return process.wait(timeout=20) == 0

    wait_until(is_there, 20, "the highlight is in the store")


def prove(mode, binary, processes):
    fleet = {"compose": fleets.compose, "systemd": fleets.systemd}[mode](processes, binary)
    print(*(f"stand-in: {line}" for line in fleet.stand_ins), sep="\n")
    for variable in sorted({change.key for change in fleet.changes}):
        if not variable.endswith(ADDRESSES):
            raise Failed(f"{variable} is not what the files say, and names no address or path")
    print(f"stand-in: addresses and paths of this machine in {len(fleet.changes)} of {fleet.variables} variables")
    for name, port in fleet.status_ports.items():
        await_ready(processes, name, f"http://127.0.0.1:{port}/readyz")
        print(f"ok: {name} is alive and ready")
    if mode == "systemd":
        processes.run(
            "publish", [binary, "publish", "--kafka", fleet.kafka, ROOT / "Config/samples/searches.jsonl"])
    answer = look_up(fleet.serve_port, KNOWN, 60)
    if "ramen" not in json.dumps(answer).lower():
        raise Failed(f"the highlight does not answer the search: {json.dumps(answer)[:400]}")
    print(f"ok: {KNOWN[0]!r}: {describe(answer)}")
    # The API may know it from the topic alone: what the cache writer stored is read by itself.
    look_into_store(processes, binary, fleet)
    print("ok: it is in the store")
    if mode == "compose":
        print(f"ok: {NEW[0]!r}, which nobody had asked: {describe(look_up(fleet.serve_port, NEW, 60))}")
    for name in fleet.stop_seconds:
        took = processes.end(name, fleet.stop_seconds[name])
        print(f"ok: {name} drained in {took:.1f} s of {fleet.stop_seconds[name]} s")


def describe(answer):
    highlight = answer.get("highlight", answer)
    return f"{highlight.get('status', '?')}, {len(highlight.get('sentences', []))} sentences"


def main():
    mode, binary = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    # noida-db writes all of its state again and again.
    memory = pathlib.Path("/dev/shm")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="highlights-deploy-", dir=memory if memory.is_dir() else None))
    try:
        with Processes(folder) as processes:
            try:
                prove(mode, binary, processes)
            except Failed as failure:
                processes.tails()
                print(f"failed: {mode}: {failure}")
                return 1
        print(f"ok: {mode} without Docker")
        return 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(main())
