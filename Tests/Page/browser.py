"""Debian's Chromium, watched."""

from contextlib import contextmanager
from urllib.parse import urlencode

# What comes from text and must not: nothing of it is made by the page's own script.
ELEMENTS = "script, style, link, meta, base, img, svg, math, iframe, object, embed, form, details, [onerror], [onload], [onfocus]"


class Page:
    """A tab, with all that it complained of, asked for and opened."""

    def __init__(self, tab, url):
        self.tab = tab
        self.url = url
        self.console, self.elsewhere, self.dialogs = [], [], []
        tab.on("console", self._said)
        tab.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))
        tab.on("request", self._asked)
        tab.on("dialog", self._opened)
        tab.on("popup", lambda popup: self.dialogs.append(f"popup {popup.url}"))

    def _said(self, message):
        # A refused look-up (429, 503 and the like) is an error of the console's and none of the page's.
        if message.type in ("error", "warning") and "the server responded with a status of" not in message.text:
            self.console.append(f"{message.type}: {message.text}")

    def _asked(self, request):
        if not request.url.startswith(self.url + "/"):
            self.elsewhere.append(request.url)

    def _opened(self, dialog):
        self.dialogs.append(f"{dialog.type} {dialog.message}")
        dialog.dismiss()

    def open(self, path="/", **parameters):
        self.tab.goto(self.url + path + ("?" + urlencode(parameters) if parameters else ""))

    def search(self, text):
        """Types it as a person does, and sends it."""
        self.tab.fill("#q", text)
        self.tab.press("#q", "Enter")

    def settled(self, limit=30_000):
        """Waits until the card says what became of the search."""
        self.tab.wait_for_selector(
            "#sentences .sentence, #notice:not([hidden])", state="attached", timeout=limit)

    def answered(self, limit=30_000):
        self.tab.wait_for_selector("#sentences .sentence", state="visible", timeout=limit)

    def text(self, selector):
        return self.tab.locator(selector).inner_text()

    def color(self, selector, name="color"):
        return self.tab.eval_on_selector(selector, "(e, n) => getComputedStyle(e)[n]", name)

    def overflow(self):
        """Pixels by which the document is wider than the window."""
        return self.tab.evaluate("document.documentElement.scrollWidth - innerWidth")

    def foreign(self):
        """How many elements there are that text must not become."""
        return self.tab.evaluate("s => document.querySelectorAll(s).length", ELEMENTS)

    def is_clean(self, checks, name):
        checks.expect(not self.console, f"{name}: the console is quiet", self.console[:5])
        checks.expect(not self.elsewhere, f"{name}: nothing is asked elsewhere", self.elsewhere[:5])
        checks.expect(not self.dialogs, f"{name}: nothing opens", self.dialogs[:5])


class Browser:
    def __init__(self, chromium, url, output):
        self.chromium, self.url, self.output = chromium, url, output

    @contextmanager
    def page(self, width=1200, height=900, scheme="light", locale="en-US"):
        context = self.chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale,
            reduced_motion="reduce")
        context.set_default_timeout(30_000)
        try:
            yield Page(context.new_page(), self.url)
        finally:
            context.close()

    def shoot(self, page, name):
        page.tab.screenshot(path=str(self.output / f"{name}.png"), full_page=True)


@contextmanager
def started(url, output):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield Browser(chromium, url, output)
        finally:
            chromium.close()
