"""Contrast of the design tokens, measured by the formula of WCAG 2.2 for every pair that meets on a page."""

import re
from pathlib import Path

import pytest

TOKENS = Path("oncocharge/static/oncocharge/tokens.css")
TONES = ("held", "warning", "info", "refused", "good", "sent", "reversed", "neutral")
GROUNDS = ("canvas", "surface", "raised", "sunk", "hover", "chosen", *(f"{tone}-tint" for tone in TONES))
TEXT = 4.5
SHAPE = 3.0


def _theme(name: str) -> dict[str, str]:
    css = TOKENS.read_text(encoding="utf-8")
    start = css.index(f'[data-bs-theme="{name}"] {{')
    block = css[start : css.index("}", start)]
    return dict(re.findall(r"--oc-([a-z-]+): (#[0-9a-f]{6});", block))


THEMES = {name: _theme(name) for name in ("light", "dark")}


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _too_weak(theme: dict[str, str], pairs: list[tuple[str, str]], least: float) -> list[str]:
    measured = [(ink, ground, contrast(theme[ink], theme[ground])) for ink, ground in pairs]
    return [f"{ink} on {ground}: {ratio:.2f}" for ink, ground, ratio in measured if ratio < least]


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> dict[str, str]:
    return THEMES[request.param]


def test_black_on_white_has_the_contrast_that_the_standard_gives() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


def test_both_themes_name_the_same_colours() -> None:
    assert THEMES["light"].keys() == THEMES["dark"].keys()
    assert set(GROUNDS) <= THEMES["light"].keys()


def test_text_soft_text_and_links_are_readable_on_every_ground_and_tinted_row(theme: dict[str, str]) -> None:
    pairs = [(ink, ground) for ink in ("ink", "ink-soft", "accent", "accent-strong") for ground in GROUNDS]
    assert _too_weak(theme, pairs, TEXT) == []


def test_words_in_a_status_colour_are_readable_on_their_tint_and_on_plain_ground(theme: dict[str, str]) -> None:
    grounds = ("canvas", "surface", "raised", "sunk", "hover", "chosen")
    pairs = [(tone, ground) for tone in TONES for ground in (f"{tone}-tint", *grounds)]
    assert _too_weak(theme, pairs, TEXT) == []


def test_a_finding_is_readable_in_a_row_of_another_tone(theme: dict[str, str]) -> None:
    pairs = [(tone, f"{ground}-tint") for tone in TONES for ground in TONES]
    assert _too_weak(theme, pairs, TEXT) == []


def test_button_and_bar_words_are_readable(theme: dict[str, str]) -> None:
    pairs = [("on-accent", "accent"), ("on-accent", "accent-strong")]
    pairs += [(ink, ground) for ink in ("bar-ink", "bar-ink-on") for ground in ("bar", "bar-lift")]
    assert _too_weak(theme, pairs, TEXT) == []


def test_borders_of_controls_and_the_focus_ring_can_be_seen(theme: dict[str, str]) -> None:
    plain = ("canvas", "surface", "raised")
    pairs = [("line-strong", ground) for ground in plain] + [("focus", ground) for ground in GROUNDS]
    pairs += [("refused-edge", "surface"), ("glow", "bar"), ("glow", "bar-lift")]
    assert _too_weak(theme, pairs, SHAPE) == []
