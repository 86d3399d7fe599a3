"""What a person does with the page: search, wait, read, jump; in the dark, on a phone, in Arabic."""

import hostile

# In the sample's catalogue, but not among its searches in this language.
NEW = "how to fold a fitted sheet"
AGAIN = "how do you fold a fitted sheet neatly"
ON_A_PHONE = "how should I fold a fitted sheet flat"
# Nothing in the catalogue is about it.
NOWHERE = "zygomorphic qubit lattices"


def search_and_wait(checks, browser):
    with browser.page() as page:
        page.open()
        checks.expect(page.tab.locator("#welcome").is_visible(), "the page welcomes")
        browser.shoot(page, "welcome")
        page.search(NEW)
        page.tab.wait_for_selector("#working", state="visible")
        checks.expect(True, "a new search says that it is worked on")
        checks.expect(page.tab.get_attribute("#highlight", "aria-busy") == "true", "the card is busy meanwhile")
        browser.shoot(page, "working")
        page.answered()
        checks.expect(not page.tab.locator("#working").is_visible(), "an answer ends the waiting")
        checks.expect(page.tab.locator("#videos").is_visible(), "its videos are below")
        label = page.text("#label")
        heading = page.text("#highlight-heading")
        checks.expect("AI" in heading, "the card is said to be an AI's", heading)
        # The label itself says what wrote it; behind it come the model and the date.
        checks.expect(label.count("·") == 2 and "simulator" in label, "the label names model and date", label)
        checks.expect(page.tab.title().startswith(NEW), "the title names the search", page.tab.title())
        checks.expect("q=" in page.tab.url, "the address names the search", page.tab.url)
        browser.shoot(page, "answered")
        page.is_clean(checks, "search")
        page.tab.reload()
        page.answered()
        checks.expect(page.tab.input_value("#q") == NEW, "a reload shows the same search")
        page.is_clean(checks, "reload")


def chips_jump(checks, browser):
    with browser.page(height=500) as page:
        page.open(q=NEW, locale="en")
        page.answered()
        chips = page.tab.locator(".chip")
        checks.expect(chips.count() > 0, "sentences have chips")
        chip = chips.first
        words = chip.inner_text()
        checks.expect(":" in words and "@" in words, "a chip shows video, creator and time", words)
        wanted = chip.get_attribute("href").removeprefix("#")
        chip.click()
        arrived(checks, page, wanted, "a click on a chip")
        page.open(q=NEW, locale="en")
        page.answered()
        page.tab.locator(".chip").first.focus()
        page.tab.keyboard.press("Enter")
        arrived(checks, page, wanted, "Enter on a chip")
        page.is_clean(checks, "jump")


def arrived(checks, page, wanted, how):
    focused = page.tab.evaluate("document.activeElement.id")
    checks.expect(focused == wanted, f"{how} goes to its video", focused)
    top, bottom, height = page.tab.evaluate(
        "(() => { const r = document.activeElement.getBoundingClientRect();"
        " return [r.top, r.bottom, innerHeight]; })()")
    checks.expect(top < height and bottom > 0, f"{how} brings it into view", (top, bottom, height))


def keyboard(checks, browser):
    with browser.page() as page:
        page.open()
        page.tab.keyboard.press("Tab")
        skip = page.tab.evaluate("document.activeElement.className")
        checks.expect("skip" in skip, "the first stop skips to the results", skip)
        page.tab.evaluate("window.sameDocument = true")
        page.tab.keyboard.press("Enter")
        # A second is more than a reload takes, which must not come.
        page.tab.wait_for_timeout(1_000)
        checks.expect(page.tab.evaluate("window.sameDocument === true"), "the skip link does not load the page anew")
        focused = page.tab.evaluate("document.activeElement.id")
        checks.expect(focused == "results", "the skip link goes to the results", focused)
        page.open()
        for _ in range(30):
            page.tab.keyboard.press("Tab")
            if page.tab.evaluate("document.activeElement.id") == "q":
                break
        checks.expect(page.tab.evaluate("document.activeElement.id") == "q", "the search box is reached by Tab")
        page.tab.keyboard.type(NEW)
        page.tab.keyboard.press("Enter")
        page.answered()
        checks.expect(page.text("#announcement") != "", "an answer is announced")
        page.is_clean(checks, "keyboard")


def no_answer(checks, browser):
    with browser.page() as page:
        page.open()
        page.search(NOWHERE)
        page.tab.wait_for_selector("#notice", state="visible")
        checks.expect(page.text("#notice-text") != "", "no answer says why")
        checks.expect(page.tab.locator(".sentence").count() == 0, "no answer shows no sentence")
        browser.shoot(page, "no-answer")
        page.is_clean(checks, "no answer")


def dark(checks, browser):
    colors = {}
    for scheme in ["light", "dark"]:
        with browser.page(scheme=scheme) as page:
            page.open(q=NEW, locale="en")
            page.answered()
            colors[scheme] = [
                page.color("body", "backgroundColor"), page.color("body"),
                page.color(".bar", "backgroundColor")]
            browser.shoot(page, f"answered-{scheme}")
            page.is_clean(checks, scheme)
    for name, light, darker in zip(["ground", "text", "bar"], colors["light"], colors["dark"]):
        checks.expect(light != darker, f"dark mode has another {name}", light)
    checks.expect(
        brightness(colors["dark"][0]) < 80 < 170 < brightness(colors["dark"][1]),
        "dark mode is light on dark", colors["dark"])


def brightness(color):
    numbers = color[color.index("(") + 1:color.index(")")].replace(",", " ").split()
    return sum(float(number) for number in numbers[:3]) / 3


def phone(checks, browser):
    with browser.page(width=360, height=740) as page:
        page.open()
        fits(checks, page, "welcome")
        browser.shoot(page, "phone-welcome")
        page.search(ON_A_PHONE)
        page.tab.wait_for_selector("#working", state="visible")
        fits(checks, page, "working on it")
        page.answered()
        fits(checks, page, "answered")
        browser.shoot(page, "phone-answered")
        page.search(NOWHERE)
        page.tab.wait_for_selector("#notice", state="visible")
        fits(checks, page, "no answer")
        page.is_clean(checks, "phone")
    with browser.page(width=360, height=740, scheme="dark") as page:
        page.open(q=NEW, locale="en")
        page.answered()
        fits(checks, page, "answered in the dark")
        browser.shoot(page, "phone-answered-dark")


def fits(checks, page, name):
    checks.expect(page.overflow() <= 0, f"360 px: {name} needs no scrolling sideways", page.overflow())


def right_to_left(checks, browser):
    with browser.page() as page:
        page.open(q=hostile.right_to_left()["text"], locale="ar")
        page.answered()
        checks.expect(page.tab.get_attribute("#sentences", "dir") == "rtl", "Arabic sentences say dir")
        checks.expect(page.tab.get_attribute("#sentences", "lang") == "ar", "Arabic sentences say lang")
        for selector in ["#sentences .sentence", ".video-title", "#q"]:
            direction = page.color(selector, "direction")
            checks.expect(direction == "rtl", f"Arabic runs right to left in {selector}", direction)
        browser.shoot(page, "right-to-left")
        page.is_clean(checks, "right to left")
    with browser.page(width=360, height=740) as page:
        page.open(q=hostile.right_to_left()["text"], locale="ar")
        page.answered()
        fits(checks, page, "Arabic")


def run(checks, browser):
    for name, body in [
        ("search, wait, highlight", search_and_wait), ("chips jump", chips_jump),
        ("keyboard", keyboard), ("no answer", no_answer), ("dark mode", dark),
        ("a phone of 360 px", phone), ("right to left", right_to_left),
    ]:
        checks.section(name, lambda: body(checks, browser))
