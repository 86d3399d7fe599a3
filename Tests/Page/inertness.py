"""Hostile strings as searches, in addresses, and as what highlights and videos say."""

import hostile

TABS = 8


def run(checks, browser, texts):
    checks.section("hostile strings in highlights and videos", lambda: in_videos(checks, browser, texts))
    checks.section("hostile strings as searches", lambda: as_searches(checks, browser, texts))
    checks.section("markup in the address", lambda: in_addresses(checks, browser))


class Tabs:
    """Some tabs that are given a search each, and looked at once all of those are answered."""

    def __init__(self, checks, pages):
        self.checks, self.pages = checks, pages
        self.before = {}
        for page in pages:
            page.open()
            self.before[page] = page.foreign()

    def each(self, searches, look):
        for start in range(0, len(searches), len(self.pages)):
            batch = list(zip(self.pages, searches[start:start + len(self.pages)]))
            for page, (text, _) in batch:
                page.search(text)
            for page, (_, string) in batch:
                page.settled()
                self.checks.expect(self.is_inert(page), f"inert: {string[:80]!r}", self.trouble(page))
                look(page, string)

    def is_inert(self, page):
        return not (self.trouble(page) or page.console or page.elsewhere or page.dialogs)

    def trouble(self, page):
        state = page.tab.evaluate(
            "() => [typeof window.pwned, document.title === '', location.origin]")
        found = [] if state == ["undefined", False, page.url] else [f"window changed: {state}"]
        if page.foreign() != self.before[page]:
            found.append(f"{page.foreign() - self.before[page]} elements came of text")
        if page.overflow() > 0:
            found.append(f"{page.overflow()} px wider than the window")
        return found + page.console[:2] + page.elsewhere[:2] + page.dialogs[:2]


def opened(checks, browser, body):
    with browser.page(width=360, height=740) as first:
        pages = [first]
        for _ in range(TABS - 1):
            pages.append(type(first)(first.tab.context.new_page(), browser.url))
        body(Tabs(checks, pages))
        for page in pages:
            page.is_clean(checks, "hostile strings")


def in_videos(checks, browser, texts):
    shown = 0

    def look(page, text):
        nonlocal shown
        title = page.tab.evaluate("document.querySelector('.video-title')?.textContent ?? ''")
        shown += squeezed(title) == squeezed(text) != ""

    searches = [(hostile.name(number), text) for number, text in enumerate(texts)]
    opened(checks, browser, lambda tabs: tabs.each(searches, look))
    visible = sum(squeezed(text) != "" for text in texts)
    # Text that was shown nowhere would be inert for the wrong reason.
    checks.expect(shown >= visible * 0.9, "hostile titles are shown as they are", f"{shown} of {visible}")


def squeezed(text):
    """Without what may be folded on the way: white space and what cannot be printed."""
    return "".join(character for character in text if character.isprintable() and not character.isspace())


def as_searches(checks, browser, texts):
    # A box takes no more and no line breaks; a search of white space is not sent.
    typed = [" ".join(text.split())[:1000] for text in texts]
    searches = [(text, text) for text in typed if squeezed(text)]
    opened(checks, browser, lambda tabs: tabs.each(searches, lambda page, text: None))


def in_addresses(checks, browser):
    with browser.page() as page:
        page.open()
        before = page.foreign()
        for text in hostile.MARKUP:
            for parameters in [{"q": text}, {"q": "how to fold a fitted sheet", "locale": text}]:
                page.open(**parameters)
                page.settled()
                checks.expect(
                    page.foreign() == before and page.tab.evaluate("typeof window.pwned") == "undefined",
                    f"inert in the address: {text[:80]!r}")
        page.is_clean(checks, "markup in the address")
