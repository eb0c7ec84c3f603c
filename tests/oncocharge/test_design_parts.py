"""Badges, messages, fields and pages of a list: what the shared parts say and to whom."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory

from oncocharge.design_sample import SampleForm
from oncocharge.templatetags import design

SPRITE = set(re.findall(r'<symbol id="oc-([a-z]+)"', Path("oncocharge/templates/components/sprite.html").read_text()))
TOKENS = Path("oncocharge/static/oncocharge/tokens.css").read_text()


class _Two(forms.Form):
    first = forms.CharField()
    choice = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


class _Optional(forms.Form):
    note = forms.CharField(required=False)


def _foot_of_list(address: str, context: dict[str, object]) -> str:
    request = RequestFactory().get(address)
    request.user = AnonymousUser()
    return render_to_string("components/pagination.html", context, request)


@pytest.mark.parametrize(("rows", "said"), [(0, "No prices"), (1, "1 price<"), (2, "2 of 2 prices")])
def test_foot_of_a_list_counts_in_words_that_fit_the_number(rows: int, said: str) -> None:
    page = Paginator(range(rows), 25).get_page(1)
    assert said in _foot_of_list("/fees/", {"page_obj": page, "noun": "prices"})


@pytest.mark.parametrize("name", sorted(design.STATES))
def test_every_state_is_told_by_word_and_shape_not_by_colour_alone(name: str) -> None:
    state = design.STATES[name]
    shown = design.badge(name)
    assert state.word in shown
    assert f'href="#oc-{state.icon}"' in shown
    assert state.icon in SPRITE
    assert f".oc-tone-{state.tone} {{" in TOKENS


def test_states_of_one_word_look_the_same_everywhere() -> None:
    looks: dict[str, set[tuple[str, str]]] = {}
    for state in design.STATES.values():
        looks.setdefault(state.word, set()).add((state.icon, state.tone))
    assert [word for word, seen in looks.items() if len(seen) > 1] == []


def test_a_state_without_a_look_shows_its_own_name() -> None:
    assert "Under appeal" in design.badge("under_appeal")


def test_a_page_may_choose_the_word_of_a_badge_and_cannot_break_out_of_it() -> None:
    assert "14 min late" in design.badge("late", "14 min late")
    assert "<b>" not in design.badge("late", "<b>late</b>")


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    templates = [path for app in ("oncocharge", "patients", "courses", "billing") for path in Path(app).rglob("*.html")]
    named = {name for path in templates for name in re.findall(r'{% icon "([a-z]+)"', path.read_text())}
    assert named
    assert named - SPRITE == set()


@pytest.mark.parametrize(
    ("tags", "url"),
    [
        ("undo:/billing/releases/7/undo/", "/billing/releases/7/undo/"),
        ("quiet undo:/a/", "/a/"),
        ("undo://elsewhere.example/", ""),
        ("undo:https://elsewhere.example/", ""),
        ("undo:/\\elsewhere.example/", ""),
        ("quiet", ""),
        ("", ""),
    ],
)
def test_undo_leads_only_to_an_address_of_this_site(tags: str, url: str) -> None:
    assert design.undo_url(Message(messages.SUCCESS, "Released.", extra_tags=tags)) == url


def test_a_message_with_undo_posts_to_the_undo_and_stays_until_read() -> None:
    message = Message(messages.SUCCESS, "Released 12 lines.", extra_tags="undo:/undo/")
    shown = render_to_string("components/message.html", {"message": message, "csrf_token": "x"})
    assert '<form method="post" action="/undo/">' in shown
    assert "csrfmiddlewaretoken" in shown
    assert "data-leaves" not in shown


def test_only_plain_good_news_leaves_by_itself() -> None:
    levels = (messages.INFO, messages.SUCCESS, messages.WARNING, messages.ERROR)
    shown = [render_to_string("components/message.html", {"message": Message(level, "x")}) for level in levels]
    assert ["data-leaves" in text for text in shown] == [False, True, False, False]
    assert ['role="alert"' in text for text in shown] == [False, False, True, True]


def test_a_message_cannot_carry_markup_into_the_page() -> None:
    shown = render_to_string("components/message.html", {"message": Message(messages.INFO, "<script>x</script>")})
    assert "<script>" not in shown


def test_a_refused_form_names_every_fault_at_once_and_each_link_meets_its_control() -> None:
    shown = str(_Two({}))
    targets = re.findall(r'<a href="#([^"]+)">', shown)
    assert "2 things to correct" in shown
    assert targets == ["id_first", "id_choice_0"]
    assert all(f'id="{target}"' in shown for target in targets)


def test_help_and_error_of_a_field_are_read_out_with_it() -> None:
    shown = str(SampleForm({"threshold_mm": "40"})["threshold_mm"].as_field_group())
    assert 'aria-describedby="id_threshold_mm_helptext id_threshold_mm_error"' in shown
    assert 'id="id_threshold_mm_helptext"' in shown
    assert 'id="id_threshold_mm_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert "40 mm is outside 1 to 10 mm" in shown


def test_a_group_of_choices_is_a_fieldset_with_its_question_as_legend() -> None:
    shown = str(_Two()["choice"].as_field_group())
    assert re.search(r"<fieldset[^>]*>\s*<legend>Choice", shown)
    assert "(required)" in shown


def test_a_form_opens_without_faults_and_explains_the_mark_only_where_it_stands() -> None:
    assert "oc-error-summary" not in str(_Two())
    assert "Fields marked" in str(_Two())
    assert "Fields marked" not in str(_Optional())


def test_a_fault_of_a_hidden_field_is_told_too() -> None:
    class Hidden(forms.Form):
        version = forms.IntegerField(widget=forms.HiddenInput)

    assert "Version: This field is required." in str(Hidden({}))


def test_turning_a_page_keeps_the_filters_of_the_address() -> None:
    page = Paginator(range(500), 25).get_page(9)
    shown = _foot_of_list("/lines/?payer=3&page=9", {"page_obj": page, "noun": "lines"})
    assert "201–225 of 500 lines" in shown  # noqa: RUF001  # a range is set with an en dash
    assert "?payer=3&amp;page=10" in shown
    assert "…" in shown
    assert 'aria-current="page">9<' in shown


def test_a_single_page_offers_no_pages_to_turn() -> None:
    page = Paginator(range(3), 25).get_page(1)
    shown = _foot_of_list("/lines/", {"page_obj": page})
    assert "3 of 3 rows" in shown
    assert "<nav" not in shown


def test_a_fact_that_nobody_recorded_says_so() -> None:
    because = SimpleNamespace(rule="S3", table="delivery.toml", row=31, source="", facts=(("Resumed", None),))
    shown = render_to_string("components/why.html", {"because": because})
    assert "<dt>Resumed</dt><dd>not recorded</dd>" in shown
    assert "delivery.toml, row 31" in shown
    assert "Source" not in shown
