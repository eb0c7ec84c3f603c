"""What an RT Plan proposes, as a frozen value, and the words in which a person is told.

The value keeps what the file says; ``evidence`` is what the plan keeps of it: sentences for people, and the few
figures that the import of records needs again. Its shape is told in docs/dicom.md. No reading and no storing here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from courses.adapters.dicom_beams import Beam, BeamKind, distinct_places
from courses.adapters.dicom_file import PatientIdentity
from courses.terms import Laterality, MotionManagement, Site, Technique

MOST_FRACTIONS = 100  # of a plan; more is a placeholder or a fault
MOST_BEAMS_KEPT = 100
# A dose per fraction and a count from which stereotactic treatment is likely enough to ask.
FEW_FRACTIONS = 5
HIGH_DOSE_GY = 5.0


@dataclass(frozen=True, slots=True)
class FractionGroup:
    """Fractions that are delivered alike; ``first`` is the number of the first, counted through the whole plan."""

    number: int
    fractions: int
    beams: tuple[int, ...]
    first: int


@dataclass(frozen=True, slots=True)
class PlanProposal:
    """What an RT Plan proposes. ``None`` and '' mean that the file does not say."""

    uid: str
    patient: PatientIdentity
    label: str
    planned_on: date | None
    approval: str
    approved_on: date | None
    beams: tuple[Beam, ...]
    left_out: int
    groups: tuple[FractionGroup, ...]
    dose_gy: float | None
    technique: Technique
    technique_questions: tuple[str, ...]
    motion: MotionManagement
    site: Site | None
    laterality: Laterality | None
    earlier_plans: tuple[str, ...]
    frame_of_reference: str

    @property
    def machine(self) -> str:
        """The machine that the first beam names."""
        return next((beam.machine for beam in self.beams if beam.machine), "")

    @property
    def fractions(self) -> int | None:
        """Planned fractions of all groups, if that is a number that a plan can have."""
        planned = sum(group.fractions for group in self.groups)
        return planned if 1 <= planned <= MOST_FRACTIONS else None

    @property
    def isocenters(self) -> int | None:
        """Distinct isocenters of the photon beams (electrons have none that counts)."""
        return len(distinct_places(place for beam in self.beams if beam.is_photon for place in beam.isocenters)) or None

    @property
    def arcs(self) -> int:
        """Number of arcs."""
        return sum(beam.kind is BeamKind.ARC for beam in self.beams)

    @property
    def fixed_beams(self) -> int:
        """Number of beams that do not rotate."""
        return len(self.beams) - self.arcs

    @property
    def has_compensator(self) -> bool:
        """Whether a physical compensator stands in any beam."""
        return any(beam.has_compensator for beam in self.beams)

    @property
    def dose_per_fraction_gy(self) -> float | None:
        """The prescribed dose by the planned fractions."""
        return self.dose_gy / self.fractions if self.dose_gy and self.fractions else None

    @property
    def mixes_electrons(self) -> bool:
        """Whether photon and electron beams stand together."""
        return len({beam.is_photon for beam in self.beams}) > 1


def evidence(proposal: PlanProposal, *, asked: Sequence[str] = (), warned: Sequence[str] = ()) -> dict[str, object]:
    """Return what the file showed, as kept with the plan and shown to the person who confirms it.

    Args:
        asked: questions that come of the course and not of the file.
        warned: warnings likewise.
    """
    return {
        "source": "RT Plan",
        "technique": str(proposal.technique),
        "sentences": list(sentences(proposal)),
        "questions": [*questions(proposal), *asked],
        "warnings": [*warnings(proposal), *warned],
        "label": proposal.label,
        "machine": proposal.machine,
        "approval": proposal.approval,
        "planned_on": proposal.planned_on.isoformat() if proposal.planned_on else "",
        "frame_of_reference": proposal.frame_of_reference,
        "groups": [_group_kept(group, {beam.number for beam in proposal.beams}) for group in proposal.groups],
        "beams": [
            {"number": beam.number, "name": beam.name, "kind": str(beam.kind), "shapes": beam.shapes}
            for beam in proposal.beams[:MOST_BEAMS_KEPT]
        ],
    }


def _group_kept(group: FractionGroup, treating: set[int]) -> dict[str, object]:
    """A group with its treatment beams; all of the plan's where the group names none."""
    beams = sorted(treating & set(group.beams)) if group.beams else sorted(treating)
    return {"number": group.number, "first": group.first, "fractions": group.fractions, "beams": beams}


def sentences(proposal: PlanProposal) -> tuple[str, ...]:
    """Return what the file shows, one fact a sentence."""
    return tuple(
        sentence
        for sentence in (
            _beams_said(proposal),
            _shapes_said(proposal),
            _left_out_said(proposal),
            _isocenters_said(proposal),
            _fractions_said(proposal),
            "A physical compensator stands in the beam." if proposal.has_compensator else "",
            f"Motion is managed by {proposal.motion.replace('_', ' ')}." if proposal.motion != "none" else "",
            f"Planned on the machine {proposal.machine}." if proposal.machine else "",
            f"Approved in the planning system on {proposal.approved_on}." if proposal.approved_on else "",
        )
        if sentence
    )


def _beams_said(proposal: PlanProposal) -> str:
    parts = [
        _counted(proposal.arcs, "arc"),
        _counted(proposal.fixed_beams, "fixed beam"),
    ]
    kinds = {"photons" if beam.is_photon else "electrons" for beam in proposal.beams}
    return f"{' and '.join(part for part in parts if part)} of {' and '.join(sorted(kinds, reverse=True))}."


def _shapes_said(proposal: PlanProposal) -> str:
    counts = [beam.shapes for beam in proposal.beams if beam.is_photon]
    if not any(counts):
        return "No leaf positions in the file." if counts else ""
    least, most = min(counts), max(counts)
    if most == 1:
        return "One leaf shape in a beam."
    return f"{f'{least} to {most}' if least != most else most} leaf shapes in a beam."


def _left_out_said(proposal: PlanProposal) -> str:
    left_out = _counted(proposal.left_out, "beam")
    return f"{left_out} left out: set-up, port film or without control points." if left_out else ""


def _isocenters_said(proposal: PlanProposal) -> str:
    return f"{_counted(proposal.isocenters, 'isocenter')}." if proposal.isocenters else ""


def _fractions_said(proposal: PlanProposal) -> str:
    if not proposal.fractions:
        return ""
    said = _counted(proposal.fractions, "fraction")
    if proposal.dose_gy and proposal.dose_per_fraction_gy:
        said += f", {proposal.dose_gy:g} Gy prescribed ({proposal.dose_per_fraction_gy:.3g} Gy each)"
    return f"{said}."


def questions(proposal: PlanProposal) -> tuple[str, ...]:
    """Return what the person who confirms the plan must answer, because the file cannot."""
    asked = list(proposal.technique_questions)
    dose = proposal.dose_per_fraction_gy
    if proposal.fractions and proposal.fractions <= FEW_FRACTIONS and dose and dose >= HIGH_DOSE_GY:
        asked.append(f"{proposal.fractions} of {dose:.3g} Gy: is this stereotactic (SBRT, or SRS in the brain)?")
    if any(beam.high_dose_technique not in {"", "NORMAL"} for beam in proposal.beams):
        # Files of one vendor say HDR of external beams: worth a question, not a conclusion.
        asked.append("The file names a high dose technique. Is this stereotactic, or total skin irradiation?")
    if len(proposal.groups) > 1:
        counts = " + ".join(str(group.fractions) for group in proposal.groups)
        asked.append(f"{len(proposal.groups)} fraction groups ({counts}): are they phases of this one plan?")
    if proposal.arcs and proposal.fixed_beams:
        asked.append("Arcs and fixed beams together: only the arcs are entered. Which count is the plan's?")
    if proposal.isocenters is None and any(beam.is_photon for beam in proposal.beams):
        asked.append("How many isocenters? The file names none.")
    if proposal.site is None:
        asked.append("Which site is treated? The file does not say.")
    return tuple(asked)


def warnings(proposal: PlanProposal) -> tuple[str, ...]:
    """Return what speaks against taking the file as it is."""
    warned = []
    if proposal.approval != "APPROVED":
        status = proposal.approval or "not stated"
        warned.append(f"Approval status in the planning system: {status}. Make sure that this is the plan treated.")
    if proposal.fractions is None:
        warned.append(f"The planned fractions are missing, or not 1 to {MOST_FRACTIONS}: enter them.")
    if proposal.mixes_electrons:
        warned.append("Photons and electrons are mixed; where one session delivers both, it must say so.")
    if any(not beam.radiation for beam in proposal.beams):
        warned.append("A beam does not say what it radiates; taken for photons.")
    if proposal.site is not None:
        warned.append(f"The site {proposal.site.replace('_', ' ')} was only read from the plan's texts.")
    if len({beam.machine for beam in proposal.beams}) > 1:
        warned.append("The beams name several machines; the first is entered.")
    return tuple(warned)


def _counted(count: int | None, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}" if count else ""
