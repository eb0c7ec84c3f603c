"""What a file showed of a plan, as the plan keeps it, made ready for the page; foreign shapes are shown as they are."""

from dataclasses import dataclass
from typing import cast

from courses.models import Plan


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sentences that the file proves, questions that a person answers, warnings, and its beams."""

    source: str
    technique: str
    sentences: list[str]
    questions: list[str]
    warnings: list[str]
    beams: list[dict[str, object]]


def evidence_of(plan: Plan) -> Evidence | None:
    """Return what a file showed; None for a plan that was entered by hand."""
    kept = cast(dict[str, object], plan.evidence)
    if not kept:
        return None
    return Evidence(
        source=str(kept.get("source", "file")),
        technique=str(kept.get("technique", "")),
        sentences=_texts(kept, "sentences") or _rest(kept),
        questions=_texts(kept, "questions"),
        warnings=_texts(kept, "warnings"),
        beams=[beam for beam in cast(list[object], kept.get("beams", [])) if isinstance(beam, dict)],
    )


def _texts(kept: dict[str, object], name: str) -> list[str]:
    found = kept.get(name)
    return [str(one) for one in found] if isinstance(found, list) else []


def _rest(kept: dict[str, object]) -> list[str]:
    return [
        f"{name.replace('_', ' ')}: {value}" for name, value in kept.items() if isinstance(value, str | int | float)
    ]
