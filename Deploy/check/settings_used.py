"""Variables and graces of the compose file and of the units: settings that exist, no secrets, ends that fit."""

import yaml

from findings import DEPLOY, Findings, check_variables, grace_needed


def compose(findings):
    for name, service in yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text())["services"].items():
        variables = service.get("environment") or {}
        place = f"Deploy/compose/compose.yaml: {name}"
        if service["image"] != "search-highlights:local":
            if ":" not in service["image"] or service["image"].endswith(":latest"):
                findings.add(place, f"image {service['image']} names no version")
            continue
        check_variables(findings, place, variables)
        if service.get("cap_drop") != ["ALL"] or not service.get("read_only"):
            findings.add(place, "wants read_only and cap_drop: [ALL]")
        role = service["command"][0] if isinstance(service.get("command"), list) and service["command"] else ""
        grace = int(service.get("stop_grace_period", "10s").removesuffix("s"))
        if grace <= grace_needed(role, variables) and service.get("restart") != "no":
            if grace_needed(role, variables):
                findings.add(place, f"stop_grace_period {grace}s must exceed {grace_needed(role, variables):.0f}s")


def units(findings):
    for path in sorted((DEPLOY / "systemd").glob("*.service")):
        variables, role, grace = {}, "", 0
        for line in path.read_text().splitlines():
            key, _, value = line.partition("=")
            if key == "EnvironmentFile":
                file = DEPLOY / "systemd" / value.rsplit("/", 1)[1]
                if not file.exists():
                    findings.add(f"Deploy/systemd/{path.name}", f"there is no {file.name} to install as {value}")
                    continue
                lines = [entry for entry in file.read_text().splitlines() if entry and entry[0] not in "#;"]
                variables.update(entry.split("=", 1) for entry in lines)
            elif key == "Environment":
                variables.update([value.split("=", 1)])
            elif key == "ExecStart":
                role = value.split()[1]
            elif key == "TimeoutStopSec":
                grace = int(value)
        place = f"Deploy/systemd/{path.name}"
        check_variables(findings, place, variables)
        if grace <= grace_needed(role, variables):
            findings.add(place, f"TimeoutStopSec {grace} must exceed {grace_needed(role, variables):.0f}")


findings = Findings()
compose(findings)
units(findings)
findings.end()
