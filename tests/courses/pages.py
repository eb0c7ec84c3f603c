"""What the tests of the clinical pages share: a signed-in client, and a form filled in as the page proposes it."""

from html.parser import HTMLParser

from django.http import HttpResponseBase
from django.test import Client

from patients.roles import Role
from tests import cast


def signed_in(role: Role, username: str | None = None) -> Client:
    """Return a client signed in as a user of the role."""
    client = Client()
    client.force_login(cast.user(role, username))
    return client


class _Values(HTMLParser):
    """Gathers what a browser would send of a form, unchanged."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the value of an input, or of the chosen option of a select."""
        given = dict(attrs)
        if tag == "input":
            self._input(given)
        elif tag == "select":
            self._select = given.get("name") or ""
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.values):
            self.values[self._select] = given.get("value") or ""

    def _input(self, given: dict[str, str | None]) -> None:
        name, kind = given.get("name"), given.get("type")
        if name and (kind not in ("checkbox", "radio") or "checked" in given):
            self.values[name] = given.get("value") or ("on" if kind == "checkbox" else "")


def proposed(answer: HttpResponseBase) -> dict[str, str]:
    """Return the values that the browser would send if the form of this page were saved as it stands."""
    parser = _Values()
    parser.feed(getattr(answer, "content", b"").decode())
    return parser.values
