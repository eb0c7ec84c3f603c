"""What is wrong with the facts of codes: unknown codes, days outside their lives, indicators without words.

Which cells can be read is asked in code_rows.py.
"""

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from itertools import chain

from billing.rules.code_rows import IN_WORDS, CodeEvent, CodeFacts, Turn
from billing.rules.codebook import Codebook
from billing.rules.facts import PolicyFacts
from billing.rules.row_checks import doubles
from billing.rules.table_rows import OPEN

_SETTINGS = frozenset(one.name for one in fields(PolicyFacts))


def code_fact_faults(codebook: Codebook) -> list[str]:
    """Return every fault of code_facts.toml and indicators.csv, each with its place and what to do."""
    told = codebook.code_tables
    return [
        *doubles((row.code, row) for row in told.facts),
        *doubles((f"{row.kind} {row.value}", row) for row in told.meanings),
        *(fault for row in told.facts for fault in _of_facts(row, codebook)),
        *(fault for row in told.events for fault in _of_event(row, codebook)),
        *_unknown_codes(codebook),
        *(
            f"{row.place}: {row.setting} is no setting of a payer's policy. Mend its name."
            for row in told.policies
            if row.setting not in _SETTINGS
        ),
    ]


def _unknown_codes(codebook: Codebook) -> Iterator[str]:
    told = codebook.code_tables
    named = chain(
        ((row.place, code) for row in told.uses for code in row.codes),
        ((row.place, code) for row in told.policies for code in row.codes),
    )
    for place, code in named:
        if not codebook.history(code):
            yield f"{place}: {code} is not in procedures.toml. Add it there, or mend the code."


def _of_facts(row: CodeFacts, codebook: Codebook) -> Iterator[str]:
    if not codebook.history(row.code):
        yield f"{row.place}: {row.code} is not in procedures.toml. Add it there, or mend the code."
        return
    for day in (row.effective_from, row.effective_to):
        if codebook.procedure(row.code, day) is None:
            yield f"{row.place}: {row.code} is not in force on {day} (procedures.toml). Mend one of the periods."
    for kind, value in row.said:
        if kind not in IN_WORDS and not codebook.code_tables.meaning(kind, value):
            yield f"{row.place}: {kind} {value!r} has no words in indicators.csv. Add them, or mend the indicator."
    procedure = codebook.procedure(row.code, row.effective_from)
    pc_tc = row.value("pc_tc")
    if procedure is not None and pc_tc and pc_tc != str(procedure.pc_tc):
        yield f"{row.place}: pc_tc of {row.code} is {pc_tc}, {procedure.place} has {procedure.pc_tc}. Mend one of them."


def _of_event(row: CodeEvent, codebook: Codebook) -> Iterator[str]:
    periods = sorted(codebook.history(row.code), key=lambda period: period.effective_from)
    day = row.effective_from
    if not periods:
        yield f"{row.place}: {row.code} is not in procedures.toml. Add it there, or mend the code."
    elif row.what is Turn.ADDED and day != periods[0].effective_from:
        yield f"{row.place}: {row.code} was added on {day}, {periods[0].place} begins on {periods[0].effective_from}."
    elif row.what is Turn.DELETED and (
        periods[-1].effective_to == OPEN or day != periods[-1].effective_to + timedelta(days=1)
    ):
        yield f"{row.place}: {row.code} was deleted on {day}, {periods[-1].place} ends on {periods[-1].effective_to}."
    elif row.what not in (Turn.ADDED, Turn.DELETED) and codebook.procedure(row.code, day) is None:
        yield f"{row.place}: {row.code} changed on {day} and is not in force then (procedures.toml). Mend the day."
