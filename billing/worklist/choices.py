"""What a list may be narrowed to, and the views that somebody keeps of it: one statement for all of it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class KeptView:
    """A saved view as a list shows it; see models/saved_view.py."""

    pk: int
    name: str
    address: str
    is_shared: bool
    is_own: bool
    owner_name: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Key and words of each choice in their order, by the name of the filter; the reader's views by their names."""

    of: Mapping[str, list[tuple[str, str]]]
    views: list[KeptView]


# Findings that stand are few beside the lines; machines and physicians that left may still have lines that wait.
_READ = """
    SELECT 'payer' AS what, id::text AS key, name AS words, 0 AS place, NULL AS address, NULL::boolean AS is_shared,
           NULL::boolean AS is_own, NULL AS owner
      FROM oncocharge_patients_payer
     UNION ALL SELECT 'site', id::text, name, 0, NULL, NULL, NULL, NULL FROM oncocharge_patients_facility
     UNION ALL SELECT 'machine', m.id::text,
                      CASE WHEN count(*) OVER (PARTITION BY m.name) > 1 THEN m.name || ', ' || f.name ELSE m.name END,
                      0, NULL, NULL, NULL, NULL
                 FROM oncocharge_courses_machine m JOIN oncocharge_patients_facility f ON f.id = m.facility_id
     UNION ALL SELECT 'physician', id::text, concat_ws(', ', last_name, nullif(first_name, '')),
                      0, NULL, NULL, NULL, NULL
                 FROM oncocharge_patients_provider WHERE is_physician
     UNION ALL SELECT 'hold', code, words, place, NULL, NULL, NULL, NULL FROM oncocharge_billing_holdreason
     UNION ALL SELECT 'finding', code, replace(code, '-', ' '), 0, NULL, NULL, NULL, NULL
                 FROM oncocharge_billing_standingfinding WHERE resolved_at IS NULL GROUP BY code
     UNION ALL SELECT 'view', v.id::text, v.name, 0, v.address, v.is_shared, v.owner_id = %(reader)s,
                      COALESCE(NULLIF(btrim(u.first_name || ' ' || u.last_name), ''), u.username)
                 FROM oncocharge_billing_savedview v JOIN auth_user u ON u.id = v.owner_id
                WHERE v.owner_id = %(reader)s OR (v.is_shared AND %(reader)s::bigint IS NOT NULL)
     ORDER BY 1, 4, 3, 2
"""


def filter_choices(reader_id: int | None = None) -> Choices:
    """Return every choice there is, and the views of a reader; one statement."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    views = []
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"reader": reader_id})
        for what, key, words, _place, address, is_shared, is_own, owner in cursor.fetchall():
            if what == "view":
                views.append(KeptView(int(key), words, address, is_shared, is_own, owner))
            else:
                found[what].append((key, words))
    return Choices(found, views)
