"""Notes which approval a charge uses where several cover its day, so that its claim carries that one's number.

Asked of the same count that R1 holds by; only courses with more than one approval cost anything here.
"""

from collections.abc import Mapping

from django.db import connection

from billing.capture.facts import LoadedCourse
from billing.capture.notes import Posted
from billing.rules import load_codebook
from billing.rules.authorizations import chosen_among_several
from billing.rules.case import Case
from billing.rules.lines import Outcome

_FORGET = """
    DELETE FROM oncocharge_billing_authorizedline l USING oncocharge_billing_authorization a
     WHERE a.id = l.authorization_id AND a.course_id = ANY(%s) AND l.entry_id <> ALL(%s::bigint[])
"""
_NOTE = """
    INSERT INTO oncocharge_billing_authorizedline (entry_id, authorization_id)
    SELECT entry_id, authorization_id FROM unnest(%s::bigint[], %s::bigint[]) AS w(entry_id, authorization_id)
    ON CONFLICT (entry_id) DO UPDATE SET authorization_id = EXCLUDED.authorization_id
     WHERE oncocharge_billing_authorizedline.authorization_id <> EXCLUDED.authorization_id
"""


def note_approvals(
    outcomes: Mapping[int, Outcome], loaded: Mapping[int, LoadedCourse], posted: Mapping[int, Posted]
) -> None:
    """Note the approval of each such charge: two statements, none where no course has several approvals."""
    several = [course for course in outcomes if len(loaded[course].facts.authorizations) > 1]
    if not several:
        return
    chosen = {
        posted[course].entries[line]: int(authorization)
        for course in several
        for line, authorization in chosen_among_several(
            Case(loaded[course].facts, load_codebook()), outcomes[course].lines
        ).items()
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [several, list(chosen)])
        cursor.execute(_NOTE, [list(chosen), list(chosen.values())])
