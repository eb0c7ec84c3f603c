"""What no template may hold, whoever wrote it: scripts, styles, other people's servers, grey on tint."""

import hashlib
import re
from pathlib import Path

import pytest
from django.template.engine import Engine

ROOTS = ("oncocharge", "patients", "courses", "billing")
TEMPLATES = sorted(path for root in ROOTS for path in Path(root).glob("templates/**/*.html"))
COMPONENTS = sorted(Path("oncocharge/templates/components").glob("*.html"))
VENDORED = (Path("oncocharge/static/vendor/bootstrap-5.3.9"), Path("tests/vendor/axe"))
FORBIDDEN = {
    "a script in the page": r"<script(?![^>]*\bsrc=)",
    "a style in the page": r"<style|\sstyle\s*=",
    "an event handler": r"\son[a-z]+\s*=\s*[\"']",
    "something from another server": r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//",
    "Bootstrap's grey, too weak on tinted rows": r"text-(?:muted|(?:body-)?secondary|body-tertiary|(?:black|white)-50)",
    "htmx that needs eval": r"hx-on|hx-vals\s*=\s*[\"']js:|hx-trigger\s*=\s*[\"'][^\"']*\[",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_template_keeps_to_the_content_security_policy_and_the_tones(path: Path) -> None:
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert [fault for fault, pattern in FORBIDDEN.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_template_compiles(path: Path) -> None:
    name = str(path).split("templates/", 1)[1]
    assert Engine.get_default().get_template(name).name == name


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.name)
def test_component_that_takes_parameters_says_them_in_its_first_lines(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    without_parameters = {"stylesheets.html", "theme.html", "sprite.html", "confirm.html", "field_notes.html"}
    formsets = {"formset.html", "form.html"}
    if path.name not in without_parameters | formsets:
        assert re.match(r"{% comment %}[^%]*Parameters: ", text, flags=re.DOTALL)


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.name)
def test_vendored_file_is_the_one_that_its_note_names(folder: Path) -> None:
    note = (folder / "VENDOR.md").read_text(encoding="utf-8")
    files = [path for path in folder.iterdir() if path.suffix in {".css", ".js"}]
    assert files
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in note


def test_style_sheets_ask_nobody_else_for_anything() -> None:
    sheets = sorted(Path("oncocharge/static/oncocharge").glob("*.css"))
    assert len(sheets) == 6
    for sheet in sheets:
        assert re.search(r"url\(|@import|https?:", sheet.read_text(encoding="utf-8")) is None


def test_colours_are_named_in_the_tokens_and_nowhere_else() -> None:
    for name in ("page.css", "forms.css", "tables.css", "components.css"):
        css = Path("oncocharge/static/oncocharge", name).read_text(encoding="utf-8")
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", css) == []
