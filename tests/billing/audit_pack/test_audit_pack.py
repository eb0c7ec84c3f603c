"""The audit pack against the rows of the database: PDF and CSV say the same, and all of it."""

import csv
import hashlib
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from billing.audit_pack.making import make_files
from billing.audit_pack.pack import gather_pack
from billing.audit_pack.sections import Pack
from billing.capture import capture_course
from billing.models import (
    Claim,
    ClaimEvent,
    ClaimLine,
    Denial,
    FileReply,
    FollowUp,
    LedgerEntry,
    LineEdit,
    ManualLine,
    Question,
    RemittanceAdjustment,
    RemittanceClaim,
    RemittanceLine,
    StandingFinding,
)
from courses.models import Absence, ClinicalEvent, PlanSignature, Session
from patients.models import PatientAccess
from patients.roles import Role
from tests import cast
from tests.billing.audit_pack.whole_course import Whole
from tests.captures import deliver_days, practice_fees
from tests.cast import Treated, local
from tests.oncocharge.api_client import client_of

pytestmark = pytest.mark.django_db
NOON = local("2025-05-02 12:00")

_REVIEWS = """
    SELECT count(*) FROM oncocharge_billing_reviewevent r
      JOIN oncocharge_billing_ledgerentry e ON e.id = r.entry_id WHERE e.course_id = %s
"""
_BALANCES = """
    SELECT count(*) FROM oncocharge_billing_entrybalance b
      JOIN oncocharge_billing_ledgerentry e ON e.id = b.entry_id WHERE e.course_id = %s
"""
COUNTS: dict[str, Callable[[Treated], int]] = {
    "plans": lambda one: one.course.plans.count(),
    "signatures": lambda one: PlanSignature.objects.filter(plan__course=one.course).count(),
    "sessions": lambda one: Session.objects.filter(course=one.course).count(),
    "session_evidence": lambda one: Session.objects.filter(course=one.course).count(),
    "events": lambda one: ClinicalEvent.objects.filter(course=one.course).count(),
    "absences": lambda one: Absence.objects.filter(course=one.course).count(),
    "authorizations": lambda one: one.course.authorizations.count(),
    "lines": lambda one: LedgerEntry.objects.filter(course=one.course).count(),
    "traces": lambda one: LedgerEntry.objects.filter(course=one.course, kind="charge").count(),
    "reversals": lambda one: LedgerEntry.objects.filter(course=one.course, kind="reversal").count(),
    "edits": lambda one: LineEdit.objects.filter(course=one.course).count(),
    "keyed_lines": lambda one: ManualLine.objects.filter(course=one.course).count(),
    "findings": lambda one: StandingFinding.objects.filter(course=one.course).count(),
    "decisions": lambda one: _asked(_REVIEWS, one),
    "questions": lambda one: Question.objects.filter(entry__course=one.course).count(),
    "claims": lambda one: Claim.objects.filter(course=one.course).count(),
    "exports": lambda one: Claim.objects.filter(course=one.course).values("file").distinct().count(),
    "claim_lines": lambda one: ClaimLine.objects.filter(claim__course=one.course).count(),
    "acknowledgments": lambda one: (
        ClaimEvent.objects.filter(claim__course=one.course).count()
        + FileReply.objects.filter(file__claims__course=one.course).distinct().count()
    ),
    "payments": lambda one: (
        RemittanceClaim.objects.filter(claim__course=one.course).count()
        + RemittanceLine.objects.filter(remittance_claim__claim__course=one.course).count()
    ),
    "adjustments": lambda one: RemittanceAdjustment.objects.filter(claim__course=one.course).count(),
    "balances": lambda one: _asked(_BALANCES, one),
    "denials": lambda one: Denial.objects.filter(claim__course=one.course).count(),
    "follow_ups": lambda one: FollowUp.objects.filter(claim__course=one.course).count(),
}
"""How many rows each section has, counted without it."""


def _asked(statement: str, one: Treated) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [one.course.pk])
        return int(cursor.fetchone()[0])


def made(whole: Whole) -> tuple[Pack, PdfReader, list[dict[str, str]], str]:
    """The pack, the PDF, the rows of the CSV and its hash."""
    user = cast.user(Role.AUDITOR)
    files = make_files(course=whole.patient.course, by=user, at=NOON)
    name = f"audit-pack-course-{whole.patient.course.pk}"
    assert list(files) == [f"{name}.pdf", f"{name}.csv"]
    table = files[f"{name}.csv"]
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    pack = gather_pack(course_id=whole.patient.course.pk, by=user, at=NOON)
    return pack, PdfReader(io.BytesIO(files[f"{name}.pdf"])), rows, hashlib.sha256(table).hexdigest()


def bare(text: str) -> str:
    """Text without white space: where a line breaks is for the paper to say."""
    return re.sub(r"\s+", "", text)


def test_every_section_has_a_row_for_each_row_of_the_database(whole: Whole) -> None:
    pack, _pdf, rows, _digest = made(whole)
    sizes = {section.key: len(section.rows) for section in pack.sections}
    counted = {key: count(whole.patient) for key, count in COUNTS.items()}
    assert {key: sizes[key] for key in counted} == counted
    assert set(sizes) - set(counted) == {"course", "publications", "history"}
    assert all(sizes.values()), sizes  # the course has something of everything
    assert Counter(row["section"] for row in rows) == sizes


def test_pdf_shows_every_row_in_its_section_with_page_x_of_y_and_the_hash(whole: Whole) -> None:
    pack, pdf, _rows, digest = made(whole)
    texts = [page.extract_text() for page in pdf.pages]
    total = len(texts)
    for number, text in enumerate(texts, 1):
        assert bare(f"Page {number} of {total}") in bare(text), number
        assert digest[:16] in text
        assert (float(pdf.pages[number - 1].mediabox.width), float(pdf.pages[number - 1].mediabox.height)) == (792, 612)
    assert digest in bare(texts[0])
    assert [one.title for one in pdf.outline] == [section.title for section in pack.sections]  # type: ignore[union-attr]
    begins = [pdf.get_destination_page_number(one) for one in pdf.outline]  # type: ignore[arg-type]
    for section, first, last in zip(pack.sections, begins, [*begins[1:], total - 1], strict=True):
        assert first is not None
        shown = bare("".join(texts[first : (last or 0) + 1]))
        assert bare(section.title) in shown
        assert bare(f"{len(section.rows):,} row") in bare(texts[0])
        for row in section.rows:
            for cell in row:
                if isinstance(cell, str | int) and cell != "":
                    assert bare(str(cell).replace("→", "to")) in shown, (section.key, cell)


def test_pack_tells_what_was_corrected_decided_and_refused_and_why(whole: Whole) -> None:
    _pack, _pdf, rows, _digest = made(whole)
    said = {(row["section"], cell) for row in rows for cell in row.values()}
    for section, words in (
        ("session_evidence", "Logged for the wrong patient"), ("reversals", "The facts no longer earn this line."),
        ("decisions", "Member id differs"), ("findings", "Report is in the chart"), ("edits", "Two of them"),
        ("questions", "Yes, after a pause."), ("denials", "Letter is on its way"), ("follow_ups", "void"),
        ("claims", "ICN-77"), ("absences", "Snow"), ("authorizations", "AUTH-9"),
    ):  # fmt: skip
        assert any(key == section and words in cell for key, cell in said), (section, words)
    changed = [row["Change"] for row in rows if row["section"] == "history" and row["What"].startswith("denial")]
    assert any("note: Letter is on its way" in change for change in changed)
    events = [row["Change"] for row in rows if row["section"] == "history" and row["What"].startswith("event")]
    assert any("reason: none → Corrected day" in change for change in events)
    biller = [row for row in rows if row["section"] == "history" and "biller" in row["By"]]
    assert {"changed", "entered"} == {row["Deed"] for row in biller}


def test_names_of_files_and_properties_of_the_document_name_nobody(whole: Whole) -> None:
    patient = whole.patient
    client = Client()
    client.force_login(cast.user(Role.AUDITOR))
    before = LedgerEntry.objects.count(), Session.objects.count(), PatientAccess.objects.count()
    answer = client.get(reverse("billing:audit-pack", args=[patient.course.pk]))
    name = f"audit-pack-course-{patient.course.pk}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}.zip"'
    assert "no-store" in answer["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as folder:
        assert folder.namelist() == [f"{name}.pdf", f"{name}.csv"]
        information = str(PdfReader(io.BytesIO(folder.read(f"{name}.pdf"))).metadata)
        assert f"course {patient.course.pk}" in information
        assert not any(word in information for word in ("Abbott", "Ada", "A-1001"))
    after = LedgerEntry.objects.count(), Session.objects.count(), PatientAccess.objects.count()
    assert after == (*before[:2], before[2] + 1)
    access = PatientAccess.objects.latest("pk")
    assert (access.patient, access.user.username, access.what) == (patient.patient, "auditor", "billing:audit-pack")


def test_clinical_roles_get_no_pack(whole: Whole) -> None:
    for role in (Role.THERAPIST, Role.PHYSICIST, Role.PHYSICIAN):
        client = Client()
        client.force_login(cast.user(role))
        assert client.get(reverse("billing:audit-pack", args=[whole.patient.course.pk])).status_code == 403
        assert client_of(role).get(f"/api/v1/courses/{whole.patient.course.pk}/audit-pack/").status_code == 403


def test_api_hands_out_the_same_zip_and_says_what_is_not_there(whole: Whole) -> None:
    api = client_of(Role.AUDITOR)
    for accept in ("*/*", "application/zip"):
        answer = api.get(f"/api/v1/courses/{whole.patient.course.pk}/audit-pack/", HTTP_ACCEPT=accept)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
        assert len(zipfile.ZipFile(io.BytesIO(answer.content)).namelist()) == 2
    assert api.get("/api/v1/courses/2000000000/audit-pack/").status_code == 404


def test_command_writes_both_files_for_their_owner_alone(whole: Whole, tmp_path: Path) -> None:
    cast.user(Role.AUDITOR)
    number = whole.patient.course.pk
    call_command("audit_pack", str(number), "-o", str(tmp_path), "--by", "auditor")
    found = sorted(tmp_path.iterdir())
    assert [one.name for one in found] == [f"audit-pack-course-{number}.csv", f"audit-pack-course-{number}.pdf"]
    assert {one.stat().st_mode & 0o777 for one in found} == {0o600}
    for words, fault in (
        (("2000000000", "--by", "auditor"), "no course 2000000000"), ((str(number), "--by", "nobody"), "'nobody'"),
        ((str(number), "-o", str(tmp_path / "none"), "--by", "auditor"), "is no folder"),
    ):  # fmt: skip
        with pytest.raises(CommandError, match=fault):
            call_command("audit_pack", *words)


def test_pack_asks_the_same_number_of_queries_for_a_course_of_any_size() -> None:
    practice_fees()
    user = cast.user(Role.AUDITOR)
    counts = []
    for patient, sessions in ((cast.ada(), 2), (cast.clara(), 14)):
        deliver_days(patient, date(2026, 2, 3), sessions)
        capture_course(course_id=patient.course.pk)
        with CaptureQueriesContext(connection) as queries:
            pack = gather_pack(course_id=patient.course.pk, by=user, at=NOON)
        counts.append(len(queries))
        assert len(next(one for one in pack.sections if one.key == "sessions").rows) == sessions
    assert counts[0] == counts[1] <= 60
