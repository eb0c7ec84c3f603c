"""Proves that sessions, delivery lines and claims agree, now; the nightly task does the same by itself."""

from argparse import ArgumentParser
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.models import Proof
from billing.reconciliation.gaps import GAP_WORDS, REASON_WORDS, GapKind
from billing.reconciliation.proving import prove_and_keep

MOST_SHOWN = 20


class Command(BaseCommand):
    """``manage.py prove_reconciled [--since DAY] [--until DAY]``. Keeps the proof; fails if anything is left over."""

    help = "Count sessions with beam, delivery lines and claims, keep the proof, and fail if they do not agree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", default="", metavar="DAY", help="first day of service, 2026-03-01; else all")
        parser.add_argument("--until", default="", metavar="DAY", help="last day of service; else today")

    def handle(self, *args: object, **options: str) -> None:
        first = _day(options["since"])
        last = _day(options["until"]) or timezone.localdate()
        if first is not None and last < first:
            raise CommandError(f"--until {last} is before --since {first}. Choose that day or a later one.")
        kept = prove_and_keep(from_on=first, to_on=last, started_by="command")
        self.stdout.write(_summary(kept))
        for gap in kept.gaps.order_by("id")[:MOST_SHOWN]:
            named = {"course": gap.course_number, "session": gap.session_number, "line": gap.entry_number}
            said = ", ".join(f"{word} {number}" for word, number in named.items() if number is not None)
            day = gap.on or "no day"
            self.stdout.write(f"  {day}  {GAP_WORDS[GapKind(gap.kind)]}: {said or 'nothing named'}. {gap.why}")
        if kept.unreconciled > MOST_SHOWN:
            self.stdout.write(f"  and {kept.unreconciled - MOST_SHOWN} more; the page of the proof shows them.")
        if kept.unreconciled:
            raise CommandError(f"unreconciled: {kept.unreconciled}")


def _summary(kept: Proof) -> str:
    explained = "".join(f", {count} {REASON_WORDS[reason]}" for reason, count in sorted(kept.explained.items()))
    return (
        f"{kept.from_on or 'all days'} to {kept.to_on}: {kept.sessions} sessions with beam, {kept.lines} delivery lines"
        f"{explained}; unreconciled: {kept.unreconciled}."
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no day. Write it as 2026-03-01.") from error
