"""`make test-page`."""

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path

import accessibility
import api
import browser
import fleet
import hostile
import inertness
import searching
from checks import Checks
from server import Server, is_alive


def main():
    parser = argparse.ArgumentParser()
    for name in ["binary", "output", "data"]:
        parser.add_argument(f"--{name}", required=True, type=Path)
    options = parser.parse_args()
    # Asked to end, it ends its server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    checks = Checks()
    serious = failures = 0
    texts = hostile.strings(options.data)
    with tempfile.TemporaryDirectory() as folder:
        queries = write_queries(Path(folder), texts)
        with Server(options.binary.resolve(), Path(folder), queries) as server:
            print(f"serving at {server.url}", flush=True)
            with browser.started(server.url, options.output) as chromium:
                searching.run(checks, chromium)
                fleet.run(checks, chromium)
                serious = accessibility.run(checks, chromium)
                inertness.run(checks, chromium, texts)
            # Last, as it withdraws what it finds.
            failures = api.run(checks, server.url, options.output)
            checks.expect(is_alive(server), "the server still runs", "".join(server.said[-20:]))
        checks.expect(server.status == 0, "the server ends in good order", server.status)
    print(f"figure page_checks {checks.count}")
    print(f"figure page_failures {len(checks.failures)}")
    print(f"figure axe_serious {serious}")
    print(f"figure schemathesis_failures {failures}")
    raise SystemExit(1 if checks.failures or serious or failures else 0)


def write_queries(folder, texts):
    file = folder / "searches.jsonl"
    lines = [hostile.right_to_left(), *hostile.queries(texts)]
    file.write_text(
        Path("Config/samples/searches.jsonl").read_text(encoding="utf-8")
        + "".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


if __name__ == "__main__":
    main()
