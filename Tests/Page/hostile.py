"""Strings that must stay text wherever they come to stand."""

import json

# Markup that would run, load, redirect or restyle where text is taken for markup.
MARKUP = [
    "<script>window.pwned=1;alert(1)</script>",
    "<img src=x onerror=\"window.pwned=1;alert(1)\">",
    "<img src=//elsewhere.invalid/i.png>",
    "\"><svg onload=window.pwned=1>",
    "'><iframe src=javascript:alert(1)></iframe>",
    "</title><script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "<a href=\"javascript:window.pwned=1\">here</a>",
    "<base href=//elsewhere.invalid/>",
    "<meta http-equiv=refresh content=0;url=//elsewhere.invalid>",
    "<link rel=stylesheet href=//elsewhere.invalid/s.css>",
    "<style>*{display:none}</style>",
    "<form action=//elsewhere.invalid><input name=q></form>",
    "<object data=//elsewhere.invalid></object><embed src=//elsewhere.invalid>",
    "<details open ontoggle=window.pwned=1>x</details>",
    "<math><mi//xlink:href=\"data:x,<script>window.pwned=1</script>\">",
    "javascript:window.pwned=1",
    "data:text/html,<script>window.pwned=1</script>",
    "{{constructor.constructor('window.pwned=1')()}}${window.pwned=1}",
    "&lt;img src=x onerror=window.pwned=1&gt;&#60;script&#62;",
    "\u202e<img src=x onerror=window.pwned=1>\u2066",
    "x\r\nSet-Cookie: pwned=1\r\n\r\n<script>window.pwned=1</script>",
    "event: answered\ndata: {\"status\":\"STATUS_ANSWERED\"}\n\n",
    "__proto__", "constructor", "video-0\" onfocus=\"window.pwned=1",
]


def strings(data):
    """The markup above, and those of the data folder where it is there."""
    found = list(MARKUP)
    for name in ["strings", "injections"]:
        file = data / "hostile" / f"{name}.jsonl"
        if not file.exists():
            print(f"skipped: {file} is not there, so only the {len(MARKUP)} strings of this test are used")
            return found
        with file.open(encoding="utf-8") as lines:
            found += [json.loads(line)["text"] for line in lines if line.strip()]
    return found


def name(number):
    """The search whose videos bear the string of that number."""
    return f"how to tie knot number {number}"


def queries(texts):
    """A search for each string, whose one video has it as title, as creator and as part of what is said."""
    for number, text in enumerate(texts):
        said = f"To tie knot number {number}, cross the ends twice and pull. {text}"
        yield {
            "queryId": f"hostile-{number}", "text": name(number), "locale": "en",
            "videos": [{
                "id": f"hostile-{number}", "title": text, "creator": text, "durationMs": 9000,
                "segments": [{"startMs": 0, "endMs": 9000, "text": said}],
            }],
        }


def right_to_left():
    """A search in Arabic that the sample does not have."""
    said = "لطي ملاءة السرير المطاطية ضع يديك في زاويتين متجاورتين ثم اقلب الزاوية فوق الأخرى."
    return {
        "queryId": "right-to-left", "text": "طي ملاءة السرير المطاطية", "locale": "ar",
        "videos": [{
            "id": "rtl-1", "title": "طي ملاءة السرير", "creator": "بيت", "durationMs": 9000,
            "segments": [{"startMs": 0, "endMs": 9000, "text": said}],
        }],
    }
