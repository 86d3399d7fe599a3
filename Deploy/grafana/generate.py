#!/usr/bin/env python3
"""Writes the dashboards beside it: generate.py, or generate.py --check, which ends with 1 where one is not current.

A panel is a title, a unit and queries with their legends; places follow from the order. Edit here, not in Grafana.
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
RATE = "[$__rate_interval]"


def rate(metric, by, selector=""):
    return f"sum by ({by}) (rate({metric}{{{selector}}}{RATE}))"


def quantile(q, metric, by="", selector=""):
    by = f"{by}, le" if by else "le"
    return f"histogram_quantile({q}, sum by ({by}) (rate({metric}_bucket{{{selector}}}{RATE})))"


def quantiles(metric, selector=""):
    return [(quantile(q, metric, selector=selector), f"p{round(q * 100)}") for q in (0.5, 0.95, 0.99)]


FLEET = [
    ("Row", "What comes out"),
    ("Outcomes", "ops", [(rate("highlights_outcomes_total", "result"), "{{result}}")]),
    ("From search to outcome", "s", quantiles("highlights_search_seconds", 'lane="interactive"')),
    ("Not answered, by reason", "ops",
     [(rate("highlights_outcomes_total", "result, reason", 'result=~"no_answer|filtered|expired|dead"'),
       "{{result}}: {{reason}}")]),
    ("Sentences dropped, by rule", "ops", [(rate("highlights_sentences_dropped_total", "rule"), "{{rule}}")]),
    ("Row", "What waits"),
    ("Lag", "short", [("sum by (topic) (kafka_worker_lag{group=\"highlights-summarizer\"})", "{{topic}}"),
                      ("sum by (topic) (kafka_worker_lag{job=\"summarizer\", group!=\"highlights-summarizer\"})",
                       "{{topic}} ({{group}})")]),
    ("Oldest unfinished", "s",
     [("max by (topic, state) (kafka_worker_oldest_unfinished_age_seconds{job=\"summarizer\"})",
       "{{topic}}: {{state}}")]),
    ("Partitions, by state", "short",
     [("sum by (state) (kafka_worker_partitions{job=\"summarizer\"})", "{{state}}")]),
    ("Held, by cause", "short", [("sum by (reason) (kafka_worker_held_partitions)", "{{reason}}")]),
    ("In flight and its bound", "short",
     [("sum(kafka_worker_in_flight{job=\"summarizer\"})", "in flight"),
      ("sum(kafka_worker_in_flight_bound{job=\"summarizer\"})", "bound"),
      ("sum(kafka_worker_buffered{job=\"summarizer\"})", "wait for room")]),
    ("What binds", "percentunit", [("avg by (constraint) (highlights_binding_constraint)", "{{constraint}}")]),
    ("What one more worker would add", "percentunit", [("max(highlights_one_more_worker_ratio)", "of what there is")]),
    ("Watermark gap", "short", [("max by (topic) (kafka_worker_watermark_gap{job=\"summarizer\"})", "{{topic}}")]),
    ("Row", "The gateway and its cost"),
    ("Calls, by outcome", "ops",
     [(rate("llm_gateway_calls_total", "deployment, outcome"), "{{deployment}}: {{outcome}}")]),
    ("Time of a request", "s", quantiles("gen_ai_client_operation_duration_seconds")),
    ("Wait for a turn", "s", quantiles("llm_gateway_turn_seconds")),
    ("Limit used", "percentunit",
     [("sum by (deployment, dimension) (llm_gateway_limit_used_per_minute)"
       " / sum by (deployment, dimension) (llm_gateway_limit_per_minute)", "{{deployment}}: {{dimension}}")]),
    ("Tokens a minute", "short",
     [(f"60 * {rate('gen_ai_client_token_usage_sum', 'gen_ai_token_type')}", "{{gen_ai_token_type}}")]),
    ("Cost an hour", "short",
     [(f"3600 / 1e6 * {rate('llm_gateway_cost_micros_total', 'currency')}", "{{currency}}")]),
    ("Budget left", "percentunit",
     [("sum by (currency) (llm_gateway_budget_left_micros) / sum by (currency) (llm_gateway_budget_micros)",
       "{{currency}}")]),
    ("Circuits open", "short", [("sum by (deployment) (llm_gateway_circuit_open)", "{{deployment}}")]),
    ("Row", "What went wrong"),
    ("Retries, by tier", "ops", [(rate("kafka_worker_retries_total", "tier"), "{{tier}}")]),
    ("Dead letters, by reason", "ops", [(rate("kafka_worker_dead_letters_total", "reason"), "{{reason}}")]),
    ("Lost, near retention", "short",
     [("sum(kafka_worker_lost_total)", "lost"), ("sum(kafka_worker_near_retention_total)", "near retention")]),
    ("Rebalances", "ops", [(rate("kafka_worker_rebalances_total", "group, kind"), "{{group}}: {{kind}}")]),
]

LOOKUP = [
    ("Row", "Look-ups"),
    ("Requests, by status", "reqps", [(rate("lookup_request_seconds_count", "status"), "{{status}}")]),
    ("Time of a look-up", "s", quantiles("lookup_request_seconds", 'route="/v1/highlights"')),
    ("Answers", "reqps", [(rate("lookup_answers_total", "answer"), "{{answer}}")]),
    ("Published for a miss", "ops", [("sum(rate(lookup_published_total[$__rate_interval]))", "searches")]),
    ("Searches pending, requests waiting", "short",
     [("sum(lookup_pending_searches)", "searches"), ("sum(lookup_waiters)", "requests")]),
    ("Memory for highlights", "bytes", [("sum by (instance) (lookup_cached_bytes)", "{{instance}}")]),
    ("Row", "The store"),
    ("Operations", "ops",
     [(rate("highlight_store_operation_seconds_count", "job, operation"), "{{job}}: {{operation}}")]),
    ("Time of an operation, p99", "s",
     [(quantile(0.99, "highlight_store_operation_seconds", "job, operation"), "{{job}}: {{operation}}")]),
    ("Errors", "ops", [(rate("highlight_store_errors_total", "operation, reason"), "{{operation}}: {{reason}}")]),
    ("Applied", "ops", [(rate("highlight_store_applied_total", "result"), "{{result}}")]),
    ("Highlights not in the store yet", "short", [("sum by (topic) (kafka_worker_lag{job=\"cache\"})", "{{topic}}")]),
]

PROCESSES = [
    ("Row", "Processes"),
    ("Up", "short", [("sum by (job) (up{job=~\"$job\"})", "{{job}}")]),
    ("Ready", "short", [("sum by (job) (highlights_ready{job=~\"$job\"})", "{{job}}")]),
    ("Processors used", "short", [(rate("process_cpu_seconds_total", "job, instance", 'job=~"$job"'),
                                   "{{job}} {{instance}}")]),
    ("Memory", "bytes", [("process_resident_memory_bytes{job=~\"$job\"}", "{{job}} {{instance}}")]),
    ("Open files", "short", [("process_open_fds{job=~\"$job\"}", "{{job}} {{instance}}")]),
    ("Spans", "ops", [(rate("trace_spans_total", "job, result", 'job=~"$job"'), "{{job}}: {{result}}")]),
    ("Row", "Kafka clients"),
    ("Brokers reached", "short",
     [("sum by (job, instance, client) (kafka_client_broker_up{job=~\"$job\"})", "{{job}} {{instance}} {{client}}")]),
    ("Round trips", "s",
     [("max by (job, broker, statistic) (kafka_client_broker_round_trip_seconds{job=~\"$job\"})",
       "{{job}} {{broker}} {{statistic}}")]),
    ("Errors", "ops", [(rate("kafka_client_broker_errors_total", "job, broker, kind", 'job=~"$job"'),
                        "{{job}} {{broker}}: {{kind}}")]),
    ("Throttled", "s", [("max by (job, client) (kafka_client_broker_throttle_seconds{job=~\"$job\"})",
                         "{{job}} {{client}}")]),
    ("Messages", "ops", [(rate("kafka_client_messages_total", "job, direction", 'job=~"$job"'),
                          "{{job}}: {{direction}}")]),
    ("Not acknowledged", "bytes", [("sum by (job) (kafka_client_queued_bytes{job=~\"$job\"})", "{{job}}")]),
    ("Commits", "ops", [(rate("kafka_worker_commits_total", "group, result", 'job=~"$job"'), "{{group}}: {{result}}")]),
    ("Drains, p90", "s", [(quantile(0.9, "kafka_worker_drain_seconds", "group"), "{{group}}")]),
]

DASHBOARDS = {
    "fleet": ("Search Highlights: the fleet", FLEET),
    "lookup": ("Search Highlights: look-ups and the store", LOOKUP),
    "processes": ("Search Highlights: processes and Kafka", PROCESSES),
}
SOURCE = {"type": "prometheus", "uid": "prometheus"}


def panel(number, entry, x, y):
    if entry[0] == "Row":
        return {"id": number, "type": "row", "title": entry[1], "collapsed": False, "panels": [],
                "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}}
    title, unit, queries = entry
    return {
        "id": number, "type": "timeseries", "title": title, "datasource": SOURCE,
        "gridPos": {"x": x, "y": y, "w": 6, "h": 7},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0, "custom": {"fillOpacity": 10, "showPoints": "never"}},
                        "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [{"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
                    for index, (expression, legend) in enumerate(queries)]}


def dashboard(name, title, entries):
    panels, x, y = [], 0, 0
    for number, entry in enumerate(entries, 1):
        if entry[0] == "Row":
            y += 7 if x else 0
            panels.append(panel(number, entry, 0, y))
            x, y = 0, y + 1
            continue
        panels.append(panel(number, entry, x, y))
        x += 6
        if x == 24:
            x, y = 0, y + 7
    variables = [{"name": "job", "type": "query", "label": "role", "datasource": SOURCE, "multi": True,
                  "includeAll": True, "allValue": "summarizer|cache|serve",
                  "query": {"query": "label_values(highlights_ready, job)", "refId": "job"}, "refresh": 2,
                  "current": {"text": "All", "value": "$__all"}}]
    return {
        "uid": f"highlights-{name}", "title": title, "tags": ["search-highlights"], "schemaVersion": 39, "version": 1,
        "editable": False, "refresh": "30s", "time": {"from": "now-3h", "to": "now"}, "timezone": "utc",
        "templating": {"list": variables if "$job" in json.dumps(panels) else []}, "panels": panels,
        "links": [{"type": "dashboards", "tags": ["search-highlights"], "title": "Search Highlights",
                   "asDropdown": True}]}


def main():
    stale = []
    for name, (title, entries) in DASHBOARDS.items():
        path = HERE / f"{name}.json"
        text = json.dumps(dashboard(name, title, entries), indent=1) + "\n"
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_text() != text:
                stale.append(name)
        else:
            path.write_text(text)
    for name in stale:
        print(f"Deploy/grafana/{name}.json is not what generate.py writes")
    return 1 if stale else 0


sys.exit(main())
