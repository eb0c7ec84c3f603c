"""A machine's day: one row a patient, from which sessions are logged."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses import delivery
from courses.delivery import DayRow, MachineDay, RowState
from courses.models import Machine, Session
from patients.roles import CLINICAL, LOGS, Role, allow, has_role
from patients.validators import FIRST_DAY, LAST_DAY

MACHINE_COOKIE = "oncocharge_machine"
CLOCK_STEP_MIN = 5
COOKIE_AGE_S = 365 * 24 * 60 * 60
LATE_AFTER = timedelta(minutes=15)
SEES_THE_DAY = CLINICAL | {Role.ADMINISTRATOR, Role.AUDITOR}
ROW_TONES = {
    "treated": "oc-row-quiet",
    "no_show": "oc-row-quiet",
    "partial": "oc-row-held",
    "aborted": "oc-row-held",
    "unsigned": "oc-row-warning",
    "late": "oc-row-warning",
}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with what the template needs beside it."""

    row: DayRow
    state: str
    """The name of the badge."""
    log_url: str
    absence_url: str = ""
    """Where a no-show of this day is noted, or taken back."""

    @property
    def mark(self) -> str:
        """What tells the row from itself as it was a moment ago: a short digest of what it shows."""
        row = self.row
        coming = [(one.plan.pk, one.number, one.plan.fractions, one.plan.is_approved) for one in row.coming]
        sessions = [
            (one.pk, one.starts_at, one.status, one.status_reason, one.machine_id, one.signed_at is None)
            for one in row.sessions
        ]
        shown = repr((self.absence_url, self.state, row.usual_time, coming, sessions))
        return hashlib.sha256(shown.encode()).hexdigest()[:12]

    @property
    def tone(self) -> str:
        """The class of the table row."""
        return ROW_TONES.get(self.state, "")

    @property
    def is_open(self) -> bool:
        """Whether something is still to be logged for the patient today."""
        return self.row.state not in (RowState.TREATED, RowState.NOT_DUE, RowState.NO_SHOW)

    @property
    def last_session(self) -> Session | None:
        """The day's last session, which is the one that a slip most likely concerns."""
        return self.row.sessions[-1] if self.row.sessions else None


@dataclass(frozen=True, slots=True)
class ShownDay:
    """The whole list as the template shows it."""

    machine: Machine
    day: date
    now: datetime
    rows: Sequence[ShownRow]
    others: Sequence[ShownRow]

    @property
    def is_today(self) -> bool:
        """Whether the list is of the clinic's present day."""
        return self.day == self.now.date()

    @property
    def now_before(self) -> int | None:
        """The course before whose row the present stands; None if the list is not of today or has begun to wait."""
        coming = [one for one in self.rows if one.row.usual_time and one.row.usual_time > self.now.time()]
        return coming[0].row.course.pk if self.is_today and coming else None

    def tiles(self) -> list[dict[str, object]]:
        """Return the day in a few figures."""
        count = {
            state: sum(one.state == state for one in self.rows) for state in ("treated", "partial", "late", "no_show")
        }
        following = next((one for one in self.rows if one.is_open), None)
        tiles: list[dict[str, object]] = [
            {"label": "Treated", "value": f"{count['treated']} of {len(self.rows)}", "state": "treated"},
            {"label": "To come", "value": sum(one.is_open for one in self.rows), "state": "due"},
        ]
        tiles += [
            {"label": label, "value": count[state], "state": state}
            for label, state in (("Late", "late"), ("Partial", "partial"), ("No show", "no_show"))
            if count[state]
        ]
        if following and self.is_today:
            at = f"{following.row.usual_time:%H:%M}" if following.row.usual_time else "any time"
            tiles.append({"label": "Next", "value": at, "note": following.row.course.patient.full_name})
        return tiles


@allow(read=SEES_THE_DAY)
@require_safe
def machine_day(request: HttpRequest) -> HttpResponse:
    """Show the list of one machine and day; the machine is the one this browser last looked at."""
    machines = list(Machine.objects.filter(is_active=True).select_related("facility"))
    machine = chosen_machine(request, machines)
    if machine is None:
        return render(request, "courses/no_machine.html", {"page_title": "Machine day"})
    day = chosen_day(request, machine)
    context = {
        "page_title": f"{machine.name}, {day:%A} {day.day} {day:%B}",
        **lists_context(request, machine, day),
        "machines": [(one, address(one, day), one == machine) for one in machines],
        "earlier": address(machine, day - timedelta(days=1)),
        "later": address(machine, day + timedelta(days=1)),
        "today": address(machine, None),
    }
    response = render(request, "courses/machine_day.html", context)
    if "machine" in request.GET:
        response.set_cookie(
            MACHINE_COOKIE, str(machine.pk), max_age=COOKIE_AGE_S, httponly=True, samesite="Lax",
            secure=request.is_secure(),
        )  # fmt: skip
    return response


@allow(read=SEES_THE_DAY)
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show the day's figures alone; the list asks for them when a session was saved."""
    machine = chosen_machine(request, list(Machine.objects.filter(is_active=True).select_related("facility")))
    if machine is None:
        raise Http404("There is no machine.")
    day = chosen_day(request, machine)
    context = {"shown": shown_day(machine, day), "figures_url": figures_address(machine, day)}
    return render(request, "courses/day_tiles.html", context)


@allow(read=SEES_THE_DAY)
@never_cache
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Show the lists anew if anything changed ``since`` the token of the page; the page asks every few seconds."""
    machine = chosen_machine(request, list(Machine.objects.filter(is_active=True).select_related("facility")))
    if machine is None:
        raise Http404("There is no machine.")
    day = chosen_day(request, machine)
    if request.GET.get("since") == token_of(machine, day):
        return HttpResponse(status=204)
    return render(request, "courses/day_lists.html", lists_context(request, machine, day))


def lists_context(request: HttpRequest, machine: Machine, day: date) -> dict[str, object]:
    """Return what the lists need. The token is read first: what changes meanwhile is shown twice, never missed."""
    query = urlencode({"machine": machine.pk, "day": day.isoformat()})
    return {
        "token": token_of(machine, day),
        "shown": shown_day(machine, day),
        "facility": machine.facility,
        "may_log": has_role(request.user, *LOGS),
        "figures_url": figures_address(machine, day),
        "changes_url": f"{reverse('courses:machine-day-changes')}?{query}",
    }


def token_of(machine: Machine, day: date) -> str:
    """Return what stays the same while the lists would look the same (one statement).

    With it goes the clock in steps of some minutes: who was due becomes late by it alone.
    """
    now = timezone.now().astimezone(machine.facility.zone)
    clock = f"{now:%Y%m%d%H}{now.minute // CLOCK_STEP_MIN}"
    return f"{delivery.state_of_day(machine=machine, day=day)}-{clock}"


def figures_address(machine: Machine, day: date) -> str:
    """Return the address of the figures of a machine's day."""
    return f"{reverse('courses:machine-day-figures')}?{urlencode({'machine': machine.pk, 'day': day.isoformat()})}"


def chosen_machine(request: HttpRequest, machines: Sequence[Machine]) -> Machine | None:
    """Return the machine of the address, else of the cookie, else the first; None if there is none at all."""
    by_id = {str(machine.pk): machine for machine in machines}
    for wanted in (request.GET.get("machine", ""), request.COOKIES.get(MACHINE_COOKIE, "")):
        if wanted in by_id:
            return by_id[wanted]
    return machines[0] if machines else None


def chosen_day(request: HttpRequest, machine: Machine) -> date:
    """Return the day of the address, else the facility's present one."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = date.min
    return day if FIRST_DAY <= day <= LAST_DAY else machine.facility.day_of(timezone.now())


def address(machine: Machine, day: date | None) -> str:
    """Return the address of a machine's day; without a day, of today."""
    query = {"machine": machine.pk, **({"day": day.isoformat()} if day else {})}
    return f"{reverse('courses:machine-day')}?{urlencode(query)}"


def shown_day(machine: Machine, day: date) -> ShownDay:
    """Return the list as the template shows it."""
    found: MachineDay = delivery.machine_day(machine=machine, day=day)
    now = timezone.now().astimezone(machine.facility.zone)
    return ShownDay(
        machine, day, now,
        rows=[shown_row(row, machine, day, now) for row in found.rows],
        others=[shown_row(row, machine, day, now) for row in found.others],
    )  # fmt: skip


def shown_row(row: DayRow, machine: Machine, day: date, now: datetime) -> ShownRow:
    """Return a row with its badge and the address of its form."""
    query = urlencode({"machine": machine.pk, "day": day.isoformat()})
    log_url = f"{reverse('courses:session-log', args=[row.course.pk])}?{query}"
    if row.absence is not None:
        absence_url = reverse("courses:absence-undo", args=[row.absence.pk])
    else:
        absence_url = reverse("courses:absence-note", args=[row.course.pk])
    return ShownRow(row, _badge(row, day, now), log_url, f"{absence_url}?{query}")


def _badge(row: DayRow, day: date, now: datetime) -> str:
    if any(one.signed_at is None for one in row.sessions):
        return "unsigned"
    if row.state == RowState.DUE and row.usual_time is not None:
        due_at = datetime.combine(day, row.usual_time, tzinfo=now.tzinfo)
        return "late" if day == now.date() and due_at + LATE_AFTER < now else "due"
    return str(row.state).replace(" ", "_")
