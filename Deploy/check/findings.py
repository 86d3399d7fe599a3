"""What the checks have in common: each prints a line a finding, and ends with 1 where there is one."""

import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "Deploy"


class Findings:
    def __init__(self):
        self.count = 0

    def add(self, place, text):
        self.count += 1
        print(f"{place}: {text}")

    def end(self):
        sys.exit(1 if self.count else 0)


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def settings():
    """Every setting of Config/highlights.yaml by its variable's name, with its default."""
    found = {}

    def walk(value, path):
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, [*path, key])
        else:
            found["HIGHLIGHTS_" + "_".join(path).upper()] = value

    walk(yaml.safe_load((ROOT / "Config/highlights.yaml").read_text()), [])
    return found


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h|d)", str(text)).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]


# What may follow a drain: leaving the group and the last messages of the producer.
AFTERWARDS = 35


def grace_needed(role, variables):
    """How long a role's end may take by its settings: more than that a platform must give."""
    defaults = settings()

    def value(name):
        return seconds(variables.get(name, defaults[name]))

    if role == "serve":
        return value("HIGHLIGHTS_SERVE_WAIT_MAX") + AFTERWARDS
    if role in ("summarize", "cache"):
        return value("HIGHLIGHTS_WORKER_DRAIN_TIMEOUT") + AFTERWARDS
    return 0


def check_variables(findings, place, variables):
    """Names that are no setting are ignored by the roles, with a warning nobody reads."""
    known = settings()
    for name, value in variables.items():
        if name.startswith("HIGHLIGHTS_") and name not in known:
            findings.add(place, f"{name} is no setting of Config/highlights.yaml")
        if re.search(r"(API_KEY|TOKEN|PASSWORD|STORE_URL)$", name) and value:
            findings.add(place, f"{name} carries a secret: name a file instead")
