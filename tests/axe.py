"""Asks axe-core whether a page in a real browser can be used by everybody (WCAG 2.2, levels A and AA)."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _script() -> str:
    return AXE.read_text(encoding="utf-8")


def faults_of(page: Page) -> list[str]:
    """Return what axe finds wrong on the page as it stands, one line a fault with the place of each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    # Nothing is asked of the server on behalf of axe: what it would load beforehand is for rules on sound and film.
    how = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("how => axe.run(how)", how)
    return [
        f"{fault['id']}: {fault['help']} at {node['target'][0]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
