"""axe-core on every state of the pages."""

import json
from pathlib import Path

import axe_playwright_python

import searching

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def serious(browser, page, name):
    """What axe-core finds and calls serious or critical; all it finds is kept in the folder of the output."""
    # The page's own policy lets no other script run, so it comes in as a debugger's does.
    page.tab.evaluate(AXE + "; undefined")
    found = page.tab.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    (browser.output / f"axe-{name}.json").write_text(json.dumps(found, indent=1))
    return [
        f"{issue['id']}: {node['target']}: {node['failureSummary']}"
        for issue in found if issue["impact"] in ("serious", "critical") for node in issue["nodes"]]


def run(checks, browser):
    """Returns how many serious or critical issues there are in all."""
    count = 0
    states = [
        ("welcome", "/", {}, "#welcome"),
        ("answered", "/", {"q": searching.NEW, "locale": "en"}, "#sentences .sentence"),
        ("no-answer", "/", {"q": searching.NOWHERE, "locale": "en"}, "#notice-text"),
        ("fleet", "/fleet", {}, "svg"),
    ]

    def look():
        nonlocal count
        for scheme in ["light", "dark"]:
            for width in [1200, 360]:
                for name, path, parameters, awaited in states:
                    with browser.page(width=width, scheme=scheme) as page:
                        page.open(path, **parameters)
                        page.tab.wait_for_selector(awaited, state="visible")
                        where = f"{name}, {scheme}, {width} px"
                        issues = serious(browser, page, f"{name}-{scheme}-{width}")
                        count += len(issues)
                        checks.expect(not issues, f"axe-core finds nothing serious: {where}", issues)

    checks.section("accessibility", look)
    return count
