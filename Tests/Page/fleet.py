"""The live page of the fleet."""


def run(checks, browser):
    checks.section("fleet", lambda: look(checks, browser))


def look(checks, browser):
    for scheme in ["light", "dark"]:
        for width in [1200, 360]:
            with browser.page(width=width, scheme=scheme) as page:
                page.open("/fleet")
                page.tab.wait_for_selector("svg", state="visible")
                drawn = "svg path[d], svg polyline[points], svg rect[height]"
                page.tab.wait_for_selector(drawn, state="attached")
                where = f"{scheme}, {width} px"
                boxes = page.tab.evaluate(
                    "s => [...document.querySelectorAll(s)].filter(e => e.getBBox().width > 0).length",
                    drawn)
                checks.expect(boxes > 0, f"the fleet's charts are drawn: {where}", boxes)
                checks.expect(
                    page.overflow() <= 0, f"the fleet needs no scrolling sideways: {where}", page.overflow())
                tables = page.tab.locator("table").count()
                captions = page.tab.locator("table > caption").count()
                checks.expect(tables == captions, "each table of the fleet has a caption", (tables, captions))
                browser.shoot(page, f"fleet-{scheme}-{width}")
                page.is_clean(checks, f"fleet, {where}")
