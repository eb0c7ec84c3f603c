"""What is wrong between the rows of one table whatever it is about: two for one day, codes that no rule may earn.

table_checks.py and event_checks.py ask it of their tables.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from itertools import pairwise

from billing.rules.codebook import Codebook
from billing.rules.lines import Family
from billing.rules.table_rows import DatedRow


def doubles(keyed: Iterable[tuple[Hashable, DatedRow]]) -> Iterator[str]:
    """Yield each two rows that answer the same question on one day."""
    groups: defaultdict[Hashable, list[DatedRow]] = defaultdict(list)
    for key, row in keyed:
        groups[key].append(row)
    for key, of_key in groups.items():
        for earlier, later in pairwise(sorted(of_key, key=lambda row: (row.effective_from, row.table, row.row))):
            if later.effective_from <= earlier.effective_to:
                day = later.effective_from
                yield f"{earlier.place} and {later.place} both cover {key} on {day}. End the first the day before."


def misplaced(row: DatedRow, code: str, family: Family, codebook: Codebook) -> Iterator[str]:
    """Yield why a row may not earn its code: nobody knows it, it is unlisted (E5), it is of another family."""
    if not codebook.history(code):
        yield f"{row.place}: {code} is not in procedures.toml. Add it there, or mend the code."
    for procedure in codebook.history(code):
        if procedure.unlisted:
            yield f"{row.place}: {code} is unlisted, and no rule may generate it (E5). Take the row out."
        elif procedure.family is not family:
            yield f"{row.place}: {code} is of the family {procedure.family}, not {family}. Mend one of the two."
