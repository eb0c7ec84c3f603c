"""The beams of an RT Plan, and what their geometry says about the technique.

A rule of thumb with its evidence, never a billing fact: DICOM tells how a plan is built, not what was ordered.
Where the geometry leaves it open the answer is ``unknown`` and a question to the person who confirms the plan.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydicom.dataset import Dataset

from courses.adapters import dicom_file as dicom
from courses.terms import Technique

# TreatmentDeliveryType of what is no treatment (DICOM PS3.3, C.8.8.14).
NOT_TREATMENT = frozenset({"SETUP", "OPEN_PORTFILM", "TRMT_PORTFILM"})
ROTATING = frozenset({"CW", "CC"})

MODULATED_SHAPES = 5  # a fixed beam of five shapes or more is modulated ...
FEW_SHAPES = 2  # ... of two to four may be field-in-field or IMRT of few segments
SAME_PLACE_MM = 1.0
SAME_ANGLE_DEGREES = 0.5
LEAF_DECIMALS = 1  # tenths of a millimetre: below that, leaves have not moved


class BeamKind(StrEnum):
    """How a beam stands while it is on."""

    FIXED = "fixed"
    ARC = "arc"


@dataclass(frozen=True, slots=True)
class Beam:
    """One treatment beam. ``shapes`` counts distinct positions of the leaves; 0: no leaves in the file."""

    number: int
    name: str
    kind: BeamKind
    radiation: str
    shapes: int
    machine: str
    isocenters: tuple[tuple[float, ...], ...]
    has_compensator: bool
    high_dose_technique: str

    @property
    def is_photon(self) -> bool:
        """Whether the beam is of photons; so are taken beams that do not say."""
        return self.radiation != "ELECTRON"

    @property
    def is_modulated(self) -> bool:
        """Whether the leaves move as only intensity modulation makes them move."""
        return self.shapes > FEW_SHAPES if self.kind is BeamKind.ARC else self.shapes >= MODULATED_SHAPES

    @property
    def is_unclear(self) -> bool:
        """Whether the shapes alone leave the technique open."""
        if self.kind is BeamKind.ARC:
            return self.shapes == 0
        return self.shapes == 0 or FEW_SHAPES <= self.shapes < MODULATED_SHAPES


def treatment_beams(plan: Dataset) -> tuple[tuple[Beam, ...], int]:
    """Return the beams that treat, and how many were left out: set-up, port films, beams without control points."""
    beams = dicom.items(plan, "BeamSequence")
    treating = [beam for beam in beams if _treats(beam)]
    return tuple(_beam(beam, place) for place, beam in enumerate(treating, start=1)), len(beams) - len(treating)


def _treats(beam: Dataset) -> bool:
    return dicom.code(beam, "TreatmentDeliveryType") not in NOT_TREATMENT and bool(
        dicom.items(beam, "ControlPointSequence")
    )


def _beam(beam: Dataset, place: int) -> Beam:
    points = dicom.items(beam, "ControlPointSequence")
    number = dicom.whole(beam, "BeamNumber")
    return Beam(
        number=place if number is None else number,
        name=dicom.text(beam, "BeamName") or dicom.text(beam, "BeamDescription"),
        kind=BeamKind.ARC if _rotates(points) else BeamKind.FIXED,
        radiation=dicom.code(beam, "RadiationType"),
        shapes=len(set(_leaf_shapes(points))),
        machine=dicom.text(beam, "TreatmentMachineName"),
        isocenters=distinct_places(dicom.numbers(point, "IsocenterPosition") for point in points),
        has_compensator=bool(dicom.whole(beam, "NumberOfCompensators") or dicom.items(beam, "CompensatorSequence")),
        high_dose_technique=dicom.code(beam, "HighDoseTechniqueType"),
    )


def _rotates(points: tuple[Dataset, ...]) -> bool:
    """An arc: a direction of rotation, or more than one gantry angle."""
    if any(dicom.code(point, "GantryRotationDirection") in ROTATING for point in points):
        return True
    angles = [angle for point in points if (angle := dicom.number(point, "GantryAngle")) is not None]
    return any(abs((angle - angles[0] + 180) % 360 - 180) > SAME_ANGLE_DEGREES for angle in angles)


def _leaf_shapes(points: tuple[Dataset, ...]) -> Iterator[tuple[tuple[str, tuple[float, ...]], ...]]:
    """Yield the shape of the leaves at each control point; a point that says nothing keeps the shape before it."""
    shape: dict[str, tuple[float, ...]] = {}
    for point in points:
        for device in dicom.items(point, "BeamLimitingDevicePositionSequence"):
            kind = dicom.code(device, "RTBeamLimitingDeviceType")
            if kind.startswith("MLC"):  # MLCX, MLCY, and MLCX1 and MLCX2 where leaves come in two layers
                leaves = dicom.numbers(device, "LeafJawPositions")
                shape[kind] = tuple(round(leaf, LEAF_DECIMALS) for leaf in leaves)
        if shape:
            yield tuple(sorted(shape.items()))


def distinct_places(places: Iterable[tuple[float, ...]]) -> tuple[tuple[float, ...], ...]:
    """Return the places that lie more than 1 mm apart on any axis.

    >>> distinct_places([(0.0, 0.0, 0.0), (0.4, 0.0, -0.4), (), (0.0, 30.0, 0.0)])
    ((0.0, 0.0, 0.0), (0.0, 30.0, 0.0))
    """
    found: list[tuple[float, ...]] = []
    for place in places:
        if place and not any(_same_place(place, known) for known in found):
            found.append(place)
    return tuple(found)


def _same_place(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs(a - b) <= SAME_PLACE_MM for a, b in zip(one, other, strict=True))


def propose_technique(beams: tuple[Beam, ...], planning_system: str) -> tuple[Technique, tuple[str, ...]]:
    """Return the technique that the geometry shows, and the questions it leaves open.

    1. All beams electrons: ``electron``. Electrons beside photons change nothing in the rest.
    2. An arc of three shapes or more: ``vmat``.
    3. A fixed beam of five shapes or more: ``imrt``.
    4. A physical compensator, or a beam of no or of two to four shapes: ``unknown``, ask.
    5. Else one shape a fixed beam, or two at most an arc: ``conformal_3d``.
    """
    photons = tuple(beam for beam in beams if beam.is_photon)
    if not photons:
        return Technique.ELECTRON, ()
    if any(beam.is_modulated and beam.kind is BeamKind.ARC for beam in photons):
        return Technique.VMAT, ()
    if any(beam.is_modulated for beam in photons):
        return Technique.IMRT, ()
    if any(beam.has_compensator for beam in photons):
        return Technique.UNKNOWN, (
            "Does the compensator modulate the beam (IMRT), or only make up for missing tissue?",
        )
    if any(beam.is_unclear for beam in photons):
        return _ask(photons, planning_system)
    return Technique.CONFORMAL_3D, ("Is this planned in 3D, or two-dimensional? The file cannot tell.",)


def _ask(photons: tuple[Beam, ...], planning_system: str) -> tuple[Technique, tuple[str, ...]]:
    """Say what the shapes leave open. TomoTherapy keeps its leaves in private elements, but says its name."""
    arc = any(beam.kind is BeamKind.ARC and beam.is_unclear for beam in photons)
    if arc and "TOMO" in planning_system.upper():
        return Technique.TOMOTHERAPY, ()
    if arc:
        return Technique.UNKNOWN, ("The arc has no leaf positions in the file. Which technique is it?",)
    if any(beam.is_unclear and beam.shapes for beam in photons):
        return Technique.UNKNOWN, ("Two to four leaf shapes: is this field-in-field (3D) or IMRT of few segments?",)
    return Technique.UNKNOWN, ("There are no leaf positions in the file. Is this 3D conformal or two-dimensional?",)
