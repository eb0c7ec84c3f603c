"""A rule in its own words: the section of docs/rules.md, so that a page and the document never say two things."""

import re
from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from patients.roles import READS_MONEY, allow

_HEADING = re.compile(r"^### ([A-Z]\d{1,2}) (.+)$", re.MULTILINE)
_NEXT_HEADING = re.compile(r"^#{2,3} ", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


@allow(read=READS_MONEY)
@require_safe
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """Show a rule: what it says, and its worked table."""
    if rule not in _sections():
        raise Http404("No rule has this number.")
    title, text = _sections()[rule]
    context = {"page_title": f"Rule {rule}", "title": title, "parts": list(_parts(text)), "crumbs": [("Rules", "")]}
    return render(request, "billing/rule.html", context)


@cache
def _sections() -> dict[str, tuple[str, str]]:
    path = settings.BASE_DIR / "docs" / "rules.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = {}
    for heading in _HEADING.finditer(text):
        end = _NEXT_HEADING.search(text, heading.end())
        found[heading[1]] = (heading[2], text[heading.end() : end.start() if end else None])
    return found


def _parts(text: str) -> Iterator[tuple[str, object]]:
    """Yield paragraphs and tables, in order."""
    for block in re.split(r"\n\s*\n", text.strip()):
        if block.startswith("|"):
            head, _rule, *rows = [[_inline(cell) for cell in _cells(line)] for line in block.splitlines()]
            yield "table", (head, rows)
        elif block.startswith(("- ", "1. ")):
            yield "list", [_inline(re.sub(r"^(- |\d+\. )", "", line)) for line in block.splitlines()]
        else:
            yield "paragraph", _inline(" ".join(block.splitlines()))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _inline(text: str) -> SafeString:
    """Escape a text; what stands in backticks is shown as code."""
    pieces = _CODE.split(text)
    shown = [
        format_html('<code class="oc-code">{}</code>', piece) if place % 2 else format_html("{}", piece)
        for place, piece in enumerate(pieces)
    ]
    return format_html_join("", "{}", ((piece,) for piece in shown))
