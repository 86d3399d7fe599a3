"""schemathesis: what the server answers to whatever its description allows, and to what it does not."""

import json
import subprocess
import sys
from pathlib import Path

import server

HERE = Path(__file__).resolve().parent
SECONDS = 100
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def run(checks, url, output):
    """Returns how many failures it found."""
    failures = 0
    for name, token in [("without a token", None), ("with the token of an admin", server.ADMIN_TOKEN)]:
        found = attack(url, output, token, name.replace(" ", "-"))
        checks.expect(found == 0, f"the API keeps to its description {name}", f"{found} failures")
        failures += found
    return failures


def attack(url, output, token, name):
    report = output / f"schemathesis-{name}.json"
    report.unlink(missing_ok=True)
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(HERE / "schemathesis.toml"), "run",
        str(HERE.parents[1] / "Protocols" / "openapi.yaml"), "--url", url, "--checks", CHECKS, "--phases", "examples,coverage,fuzzing",
        "--max-examples", "60", "--max-time", str(SECONDS // 2), "--request-timeout", "40", "--continue-on-failure",
        "--workers", "1", "--seed", "1", "--generation-database", "none", "--no-color",
        "--report-json-path", str(report.resolve()),
    ]
    if token:
        command += ["--header", f"Authorization:Bearer {token}"]
    # It leaves notes in the folder that it runs in.
    result = subprocess.run(command, cwd=output, capture_output=True, text=True, timeout=SECONDS * 3)
    (output / f"schemathesis-{name}.txt").write_text(result.stdout + result.stderr)
    cases = json.loads(report.read_text())["test_cases"] if report.exists() else {}
    print(f"schemathesis {name.replace('-', ' ')}: {cases.get('generated', 0)} requests", flush=True)
    if result.returncode == 0 and cases.get("generated", 0) > 0:
        return 0
    print(result.stdout[-6000:] + result.stderr[-2000:], flush=True)
    return max(1, cases.get("unique_failures", 0) + cases.get("errored", 0))
