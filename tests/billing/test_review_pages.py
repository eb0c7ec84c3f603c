"""The biller's pages: who opens them, what they show, what they let a biller decide, and how they answer."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing import worklist
from billing.capture import capture_course
from billing.models import ClaimFile, LedgerEntry, Review, StandingFinding
from billing.urls import urlpatterns
from courses.models import ClinicalEvent
from patients.models import PatientAccess, PayerPolicy
from patients.roles import CLINICAL, READS_MONEY, Role
from tests import cast
from tests.captures import (
    ada_with_a_partial,
    cancel,
    deliver,
    deliver_days,
    practice_fees,
    put_on_claim,
    see_weekly,
    standing,
)
from tests.cast import Treated, user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/billing/"}


@pytest.fixture
def ada() -> Treated:
    """Ada after three clean sessions and one that was stopped part way: seven lines, one held by a finding."""
    return ada_with_a_partial()


def signed_in(role: Role, username: str | None = None) -> Client:
    """A browser in which somebody of the role is signed in."""
    client = Client()
    client.force_login(user(role, username))
    return client


def clean_and_held(patient: Treated) -> tuple[list[LedgerEntry], LedgerEntry]:
    """The clean lines of the patient, and the one that a finding holds."""
    lines = standing(patient, with_the_plan=True)
    held = next(line for line in lines if "52" in line.modifiers)
    return [line for line in lines if line.pk != held.pk], held


def state_of(entry: LedgerEntry) -> str:
    review = Review.objects.filter(entry=entry).first()
    return review.state if review else "open"


def page(client: Client, name: str, *args: object, **query: str) -> Any:
    return client.get(reverse(f"billing:{name}", args=args), query)


def post(client: Client, name: str, *args: object, **values: object) -> Any:
    return client.post(reverse(f"billing:{name}", args=args), values)


def said(response: Any) -> str:
    """What the page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_lists_open_to_those_who_read_money_and_to_nobody_else(role: Role, ada: Treated) -> None:
    expected = 200 if role in READS_MONEY else 403
    client = signed_in(role)
    assert [page(client, name).status_code for name in ("worklist", "loose", "corrections", "files")] == [expected] * 4
    line = standing(ada)[0]
    assert [page(client, name, line.pk).status_code for name in ("line", "line-detail")] == [expected] * 2


def test_every_page_names_the_roles_that_open_it() -> None:
    unnamed = [str(one.pattern) for one in urlpatterns if not getattr(one.callback, "read_roles", None)]
    assert unnamed == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.THERAPIST])
def test_who_does_not_bill_decides_nothing_and_is_offered_nothing(role: Role, ada: Treated) -> None:
    (line, *_), _held = clean_and_held(ada)
    client = signed_in(role)
    assert post(client, "release", line.pk).status_code == 403
    assert post(client, "hold", line.pk, reason="Mine").status_code == 403
    assert post(client, "choose", matching="").status_code == 403
    assert state_of(line) == "open"
    if role in READS_MONEY:
        assert "Hold…" not in said(page(client, "worklist"))


def test_worklist_without_a_sign_in_leads_to_the_sign_in_page(client: Client) -> None:
    response = page(client, "worklist")
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


# --- what is shown ------------------------------------------------------------------------------------------------


def test_lines_stand_in_groups_with_what_needs_action_first(ada: Treated) -> None:
    text = said(page(signed_in(Role.BILLER), "worklist"))
    action, clean = text.index("Needs action 1 line,"), text.index("Clean 6 lines,")
    assert text.index("Needs action 1 $") < action < text.index("stopped part way") < clean
    total = sum(line.amount or 0 for line in clean_and_held(ada)[0])
    assert f"Clean 6 lines, ${total:,.2f}" in text


def test_row_says_who_what_when_and_how_much_in_words(ada: Treated) -> None:
    _clean, held = clean_and_held(ada)
    text = said(page(signed_in(Role.BILLER), "worklist", group="action"))
    for part in (
        "Abbott, Ada",
        "Course 1",
        "fraction 4",
        "77385-52",
        "7 Mar 2025",
        f"${held.amount:,.2f}",
        "Acme Health",
    ):
        assert part in text
    assert "delivery" in text.lower()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"code": "77301"}, 1),
        ({"code": "77385"}, 4),
        ({"code": " 77385 "}, 4),
        ({"family": "plan"}, 1),
        ({"family": "dosimetry"}, 1),
        ({"since": "2025-03-05", "until": "2025-03-06"}, 2),
        ({"finding": "partial-fraction"}, 1),
        ({"group": "clean"}, 6),
        ({"state": "released"}, 0),
        ({"claim": "institutional"}, 0),
        ({"claim": "professional"}, 7),
    ],
)
def test_filters_of_the_address_narrow_the_list(ada: Treated, query: dict[str, str], shown: int) -> None:
    response = page(signed_in(Role.BILLER), "worklist", **{"group": "all", **query})
    assert response.context["page_obj"].paginator.count == shown
    if shown == 0:
        assert "No line matches" in said(response)


def test_filter_that_cannot_be_read_is_named_and_left_out(ada: Treated) -> None:
    response = page(signed_in(Role.BILLER), "worklist", since="yesterday", code="77301")
    assert response.status_code == 422
    assert response.context["page_obj"].paginator.count == 1
    assert "This filter is left out" in said(response)


def test_all_reviewed_is_said_when_nothing_waits() -> None:
    assert "All lines are reviewed" in said(page(signed_in(Role.BILLER), "worklist"))


@pytest.mark.parametrize("order", ["day", "-day", "patient", "code", "amount", "-amount"])
def test_other_orders_show_the_same_lines_without_groups(ada: Treated, order: str) -> None:
    response = page(signed_in(Role.BILLER), "worklist", sort=order, group="all")
    (section,) = response.context["sections"]
    assert section.group is None
    assert {row.line.pk for row in section.rows} == {line.pk for line in standing(ada, with_the_plan=True)}


def queries_of(client: Client, address: str) -> int:
    client.get(address)  # The first request fills caches that later ones find.
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("name", "query", "most"),
    [
        ("worklist", "", 9),
        ("worklist", "?group=all", 9),
        ("worklist", "?group=clean&sort=-amount", 9),
        ("loose", "", 20),
        ("corrections", "", 20),
    ],
)
def test_number_of_queries_is_the_same_for_ten_lines_and_for_four_hundred(name: str, query: str, most: int) -> None:
    practice_fees()
    client = signed_in(Role.BILLING_MANAGER)
    address = reverse(f"billing:{name}") + query
    few = cast.ada()
    deliver_days(few, date(2025, 3, 4), 9)
    deliver(few, "2025-03-19 09:00", number=10, status="partial", status_reason="Machine fault")
    see_weekly(few)
    capture_course(course_id=few.course.pk)
    before = queries_of(client, address)
    for number in range(13):
        more = cast.treated(
            mrn=f"Q-{number:04d}", last_name=f"Quill{number}", facility=cast.center(), payer=cast.medicare(),
            opened_on=date(2025, 3, 3), diagnosis="C61", fractions=20,
        )  # fmt: skip
        deliver_days(more, date(2025, 3, 4), 30, status="treated")
        see_weekly(more)
        capture_course(course_id=more.course.pk)
    assert LedgerEntry.objects.count() >= 400
    assert queries_of(client, address) == before
    assert before <= most


def test_name_in_a_search_leads_to_an_address_without_it(ada: Treated) -> None:
    client = signed_in(Role.BILLER)
    for asked in ("Abbott", "abbott, ad", "A-1001"):
        response = post(client, "find", asked=asked)
        assert response["Location"] == f"{reverse('billing:worklist')}?patient={ada.patient.pk}&state=all"
    assert post(client, "find", asked="77301")["Location"].endswith("?code=77301&state=all")
    assert "Nothing found" in said(client.post(reverse("billing:find"), {"asked": "Zzz"}, follow=True))


def test_search_with_several_answers_lets_choose(ada: Treated) -> None:
    cast.treated(
        mrn="A-2002", last_name="Abel", facility=cast.center(), payer=cast.commercial(),
        opened_on=date(2025, 3, 3), diagnosis="C61",
    )  # fmt: skip
    response = post(signed_in(Role.BILLER), "find", asked="Ab")
    assert {"Abbott, Ada", "Abel, Test"} <= set(re.findall(r">(Ab[^<]+)</a>", response.content.decode()))


def test_no_address_or_title_of_any_page_carries_the_patient(ada: Treated) -> None:
    client = signed_in(Role.BILLING_MANAGER)
    claim = put_on_claim([standing(ada)[0]])
    line = standing(ada)[1]
    addresses = [
        reverse("billing:worklist"), reverse("billing:loose"), reverse("billing:corrections"), reverse("billing:files"),
        reverse("billing:file", args=[claim.file_id]), reverse("billing:claim", args=[claim.pk]),
        reverse("billing:line", args=[line.pk]), reverse("billing:hold", args=[line.pk]),
        reverse("billing:manual", args=[ada.course.pk]), f"{reverse('billing:worklist')}?patient={ada.patient.pk}",
    ]  # fmt: skip
    for address in addresses:
        text = client.get(address).content.decode()
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)  # random: it may spell anything
        links = " ".join(re.findall(r'(?:href|action|hx-get|hx-post|value)="([^"]*)"', text))
        title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
        assert title is not None
        for secret in ("Abbott", ada.patient.mrn, "C61"):
            assert secret not in links, address
            assert secret not in title[1], address


def test_line_tells_its_rule_row_source_facts_price_and_story(ada: Treated) -> None:
    _clean, held = clean_and_held(ada)
    worklist.hold(entry_ids=[held.pk], reason="Waits for the log", by=user(Role.BILLER), at=timezone.now())
    text = said(page(signed_in(Role.AUDITOR), "line", held.pk))
    because = held.because
    for part in (because["rule"], f"{because['table']}, row {because['row']}", "Practice: 77385-52", "Machine fault"):
        assert part in text
    story = text[text.index("What became of it") :]
    told = ("Posted 77385-52", "Found: The fraction was stopped", "Waits for the log")
    assert sorted(told, key=story.index) == list(told)
    assert PatientAccess.objects.filter(patient=ada.patient, what="billing:line").exists()


def test_reversed_line_leads_to_what_stands_in_its_place(ada: Treated) -> None:
    line = next(line for line in clean_and_held(ada)[0] if line.session)
    cancel(line.session)  # type: ignore[arg-type]
    capture_course(course_id=ada.course.pk)
    text = said(page(signed_in(Role.BILLER), "line", line.pk))
    assert "This line was reversed" in text
    assert "Nothing stands in its place" in text


def test_rule_is_shown_in_the_words_of_the_document() -> None:
    client = signed_in(Role.BILLER)
    assert "The delivery code follows the day" in said(page(client, "rule", "E2"))
    assert page(client, "rule", "Z9").status_code == 404


# --- files and claims ---------------------------------------------------------------------------------------------


def test_file_shows_its_hash_and_claims_and_the_claim_its_lines(ada: Treated) -> None:
    line = standing(ada)[0]
    claim = put_on_claim([line])
    client = signed_in(Role.AUDITOR)
    assert "0" * 64 in said(page(client, "file", claim.file_id))
    assert claim.control_number in said(page(client, "file", claim.file_id))
    assert "77301" in said(page(client, "claim", claim.pk))
    assert ClaimFile.objects.get().name in said(page(client, "files"))


def test_only_managers_and_administrators_export() -> None:
    assert post(signed_in(Role.BILLER), "export").status_code == 403
    assert "Export now" not in said(page(signed_in(Role.BILLER), "files"))
    assert "Export now" in said(page(signed_in(Role.BILLING_MANAGER), "files"))
    response = signed_in(Role.ADMINISTRATOR).post(reverse("billing:export"), follow=True)
    assert "Nothing waited" in said(response)


# --- slots --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_session_says_what_it_earned_in_words_and_never_for_how_much(role: Role) -> None:
    practice_fees()
    session = deliver(cast.ada(), "2025-03-04 09:00", number=1)
    text = said(page(signed_in(role), "session-earned", session.pk))
    assert "Charged:" in text
    assert "$" not in text
    assert standing(cast.Treated(session.course.patient, None, session.course, None, None))  # type: ignore[arg-type]


@pytest.mark.parametrize("role", list(Role))
def test_course_shows_amounts_to_those_who_read_money_alone(role: Role, ada: Treated) -> None:
    text = said(page(signed_in(role), "course-charges", ada.course.pk))
    assert "77385-52" in text
    assert ("$" in text) == (role in READS_MONEY)
    assert (role in CLINICAL) == ("$" not in text)


def test_findings_without_a_line_are_gathered_by_course_and_cause() -> None:
    practice_fees()
    dora = cast.treated(
        mrn="E-1", last_name="Eder", facility=cast.center(), payer=cast.commercial(),
        opened_on=date(2025, 3, 3), diagnosis="C50.911", technique="conformal_3d",
    )  # fmt: skip
    deliver_days(dora, date(2025, 3, 4), 5)
    capture_course(course_id=dora.course.pk)
    response = page(signed_in(Role.BILLER), "loose")
    (cause,) = response.context["page_obj"].object_list
    assert len(cause.findings) == StandingFinding.objects.filter(entry=None, code="no-rule-for-technique").count() == 5
    assert "3D conformal" in cause.first.message and "conformal_3d" not in cause.first.message
    assert "Eder" in said(response)


def test_simulation_that_is_inside_the_plan_is_told_in_words_among_what_has_no_line(ada: Treated) -> None:
    ClinicalEvent.objects.create(
        course=ada.course, family="simulation_complex", happened_on=date(2025, 2, 24), site="prostate"
    )
    capture_course(course_id=ada.course.pk)
    assert not LedgerEntry.objects.filter(code="77290").exists()
    text = said(page(signed_in(Role.BILLER), "loose"))
    assert "Simulation complex (77290) of 2025-02-24, the site prostate, is part of the plan of 2025-03-03" in text
    assert "Abbott" in text


# --- how long there is left to file ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "words"),
    [(31, None), (30, "30 days to file"), (1, "1 day to file"), (0, "last day to file"), (-1, "too late")],
)
def test_a_line_says_how_many_days_are_left_to_file_once_they_are_few(
    left: int, words: str | None, ada: Treated
) -> None:
    served_on = date(2025, 3, 4)
    limit = (ada.course.facility.day_of(timezone.now()) - served_on).days + left
    PayerPolicy.objects.create(payer=ada.coverage.payer, effective_from=date(2020, 1, 1), filing_limit_days=limit)
    text = said(page(signed_in(Role.BILLER), "worklist", since="2025-03-04", until="2025-03-04", group="clean"))
    assert ("to file" in text) is (words is not None)
    assert words is None or words in text
