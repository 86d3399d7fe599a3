"""Rules, dashboards, scaling and runbook name what METRICS.md has; alerts, runbook and tests agree."""

import json
import re

from findings import DEPLOY, Findings, documents, settings, yaml

# Prometheus' own, and labels that a scrape or the exporter's kind adds.
OWN_METRICS = {"up": set(), "ALERTS": set()}
OWN_LABELS = {"job", "instance", "le", "severity", "alertname"}
WORDS = set("""sum avg min max count by without on ignoring group_left group_right and or unless offset rate increase
deriv changes absent histogram_quantile vector scalar bool topk label_values time humanize""".split())


def table():
    """Of each metric that can be asked for its labels."""
    metrics = dict(OWN_METRICS)
    for line in (DEPLOY / "METRICS.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 5 and cells[1].startswith("`"):
            name, labels = cells[1].strip("`"), set(re.findall(r"`(\w+)`", cells[4]))
            suffixes = ("_bucket", "_sum", "_count") if cells[2] == "histogram" else ("",)
            metrics.update({name + suffix: labels for suffix in suffixes})
    return metrics


def check_expression(findings, metrics, place, expression):
    text = re.sub(r'"[^"]*"', '""', expression)
    text = re.sub(r"\[[^\]]*\]", "", text)
    labels = set(OWN_LABELS)
    asked = set()
    names = set(re.findall(r"(?<![\w$.])[a-zA-Z_:][\w:]*(?=\s*(?:[{)\s>=<+*/-]|$))", re.sub(r"\{[^}]*\}", "", text)))
    # What stands behind by, on and the like is a label, not a metric.
    for group in re.findall(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)", text):
        asked |= set(re.findall(r"\w+", group))
    for selector in re.findall(r"\{([^}]*)\}", text):
        asked |= set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
    names |= set(re.findall(r"([a-zA-Z_:][\w:]*)\{", text))
    for name in sorted(names - WORDS - asked):
        if name in metrics:
            labels |= metrics[name]
        elif not re.fullmatch(r"\d.*|[smhdw]|\d+[smhdw]", name):
            findings.add(place, f"{name} is no metric of METRICS.md")
    for label in sorted(asked - labels):
        findings.add(place, f"{label} is no label of what is asked for")


def check_rules(findings, metrics):
    alerts = set()
    for path in sorted((DEPLOY / "prometheus/rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                name = rule["alert"]
                place = f"Deploy/prometheus/rules/{path.name}: {name}"
                if name in alerts:
                    findings.add(place, "is there twice")
                alerts.add(name)
                check_expression(findings, metrics, place, rule["expr"])
                if rule["labels"].get("severity") not in ("page", "ticket"):
                    findings.add(place, "severity is page or ticket")
                if rule["annotations"].get("runbook") != f"Deploy/RUNBOOK.md#{name.lower()}":
                    findings.add(place, "runbook leads elsewhere")
    return alerts


def check_sets(findings, alerts):
    runbook = re.findall(r"^### (\w+)\n(\w+)\. \*\*Means:\*\*[\s\S]*?\*\*See:\*\*[\s\S]*?\*\*Do:\*\*",
                         (DEPLOY / "RUNBOOK.md").read_text(), re.M)
    entries = {name for name, _ in runbook}
    for name in sorted(alerts ^ entries):
        findings.add("Deploy/RUNBOOK.md", f"{name} is only in {'the rules' if name in alerts else 'the runbook'}")
    severities = {rule["alert"]: rule["labels"].get("severity")
                  for path in (DEPLOY / "prometheus/rules").glob("*.yml")
                  for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]}
    for name, severity in runbook:
        if severities.get(name, severity) != severity:
            findings.add("Deploy/RUNBOOK.md", f"{name} is a {severities[name]}, not a {severity}")
    mentioned = set(re.findall(r"\bHighlights[A-Z]\w+", (DEPLOY / "RUNBOOK.md").read_text()))
    for word in sorted(mentioned - alerts):
        findings.add("Deploy/RUNBOOK.md", f"{word} is no alert")
    fires, quiet = set(), set()
    for path in (DEPLOY / "prometheus/tests").glob("*.yml"):
        for test in yaml.safe_load(path.read_text())["tests"]:
            for case in test["alert_rule_test"]:
                (fires if case["exp_alerts"] else quiet).add(case["alertname"])
    for name in sorted(alerts - fires):
        findings.add("Deploy/prometheus/tests", f"{name} fires in no test")
    for name in sorted(alerts - quiet):
        findings.add("Deploy/prometheus/tests", f"{name} is silent in no test")


def check_words(findings, metrics):
    """What the runbook names in passing, without the suffix of a histogram."""
    known = set(metrics) | {re.sub(r"_(bucket|sum|count)$", "", name) for name in metrics}
    text = (DEPLOY / "RUNBOOK.md").read_text()
    prefixes = r"(?:highlights|kafka|llm|gen_ai|highlight_store|lookup|process|trace)_\w+"
    for name in sorted(set(re.findall(rf"`({prefixes})`", text)) - known):
        findings.add("Deploy/RUNBOOK.md", f"{name} is no metric of METRICS.md")


def check_settings(findings):
    """What the runbook and the guides advise to change can be changed."""
    known = set(settings())
    for path in [DEPLOY / "RUNBOOK.md", *sorted(DEPLOY.glob("*/README.md"))]:
        for section, key in re.findall(r"`([a-z]+)\.([a-z_.]+)`", path.read_text()):
            name = f"HIGHLIGHTS_{section}_{key.replace('.', '_')}".upper()
            is_other = section in ("search", "retention") or key.endswith(("yaml", "sh", "sqlite"))
            if name not in known and not is_other:
                place = path.relative_to(DEPLOY.parent)
                findings.add(place, f"{section}.{key} is no setting of Config/highlights.yaml")


findings = Findings()
metrics = table()
alerts = check_rules(findings, metrics)
check_sets(findings, alerts)
check_words(findings, metrics)
check_settings(findings)
for path in sorted((DEPLOY / "grafana").glob("*.json")):
    for panel in json.loads(path.read_text())["panels"]:
        for target in panel.get("targets", []):
            check_expression(findings, metrics, f"Deploy/grafana/{path.name}: {panel['title']}", target["expr"])
for path in sorted((DEPLOY / "kubernetes").glob("**/*.yaml")):
    for document in documents(path.read_text()):
        if isinstance(document, dict) and document.get("kind") == "ScaledObject":
            for trigger in document["spec"]["triggers"]:
                if "query" in trigger["metadata"]:
                    check_expression(findings, metrics, path.name, trigger["metadata"]["query"])
findings.end()
