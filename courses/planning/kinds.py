"""The kinds of clinical events: what each is called, what it asks for, who did it and who may enter it.

One row a kind, read by the forms, the API and the step, so that all three ask for the same. What an event earns is
not known here.
"""

from dataclasses import dataclass

from courses.terms import EventFamily, Performer
from patients.roles import Role

SITE, UNITS, PERFORMER, DISTINCT, DOCUMENTED = "site", "units", "performer", "distinct_service", "documented"

_EVERYBODY = frozenset({Role.THERAPIST, Role.PHYSICIST, Role.PHYSICIAN, Role.ADMINISTRATOR})
_PHYSICS = frozenset({Role.PHYSICIST, Role.PHYSICIAN, Role.ADMINISTRATOR})
_PHYSICIANS = frozenset({Role.PHYSICIAN, Role.ADMINISTRATOR})
_CHECKS = frozenset({Role.PHYSICIST, Role.ADMINISTRATOR})
_VISITS = frozenset({Role.PHYSICIAN, Role.THERAPIST, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event.

    ``asks`` are the columns that it needs beside its day; ``performers`` who can have done it, the usual one first;
    ``roles`` who may enter it; ``at_once`` the words of the button that records it for today, for ``taps``: with one
    tap nobody says that another did it.
    """

    family: EventFamily
    name: str
    group: str
    help: str
    asks: frozenset[str]
    performers: tuple[Performer, ...]
    roles: frozenset[Role]
    units_of: str = ""
    at_once: str = ""
    taps: frozenset[Role] = frozenset()

    @property
    def usual_performer(self) -> Performer | None:
        """Who did it where nobody asks: the only one who can."""
        return self.performers[0] if len(self.performers) == 1 else None


def _simulation(family: EventFamily, level: str, text: str) -> EventKind:
    return EventKind(
        family, f"Simulation, {level}", "Simulation", text, frozenset({SITE, DISTINCT}),
        (Performer.THERAPIST, Performer.PHYSICIST, Performer.PHYSICIAN), _EVERYBODY,
    )  # fmt: skip


def _device(family: EventFamily, level: str, text: str) -> EventKind:
    return EventKind(
        family, f"Treatment device, {level}", "Devices", text, frozenset({SITE, UNITS, DISTINCT}),
        (Performer.THERAPIST, Performer.PHYSICIST, Performer.DOSIMETRIST), _EVERYBODY, "devices",
    )  # fmt: skip


def _calculation(family: EventFamily, name: str, text: str) -> EventKind:
    return EventKind(
        family, name, "Dosimetry", text, frozenset({SITE, UNITS, DISTINCT}),
        (Performer.DOSIMETRIST, Performer.PHYSICIST), _PHYSICS, "calculations",
    )  # fmt: skip


_KINDS = (
    EventKind(
        EventFamily.VISIT, "On-treatment visit", "Every week",
        "The patient was seen and examined during the course.", frozenset({PERFORMER}),
        (Performer.PHYSICIAN, Performer.NURSE_PRACTITIONER, Performer.PHYSICIAN_ASSISTANT), _VISITS,
        at_once="Visit today", taps=frozenset({Role.PHYSICIAN}),
    ),
    EventKind(
        EventFamily.PHYSICS_CHECK, "Physics check", "Every week", "The weekly check of chart, doses and machine.",
        frozenset(), (Performer.PHYSICIST,), _CHECKS, at_once="Physics check today", taps=frozenset({Role.PHYSICIST}),
    ),
    EventKind(
        EventFamily.PORT_IMAGE, "Port image", "Every week", "An image of the field, taken to verify it.",
        frozenset(), (Performer.THERAPIST,), _EVERYBODY, at_once="Port image today", taps=frozenset({Role.THERAPIST}),
    ),
    EventKind(
        EventFamily.PLANNING_NOTE, "Planning note", "Planning",
        "The physician's note of what is to be treated, how, and why.", frozenset(), (Performer.PHYSICIAN,),
        _PHYSICIANS,
    ),
    _simulation(EventFamily.SIMULATION_SIMPLE, "simple", "One area, one field or a parallel pair."),
    _simulation(EventFamily.SIMULATION_INTERMEDIATE, "intermediate", "Three or more fields, or two areas."),
    _simulation(EventFamily.SIMULATION_COMPLEX, "complex", "Tangents, three areas, blocks, contrast or rotation."),
    EventKind(
        EventFamily.RESPIRATORY_SIMULATION, "Respiratory motion simulation", "Simulation",
        "How the target moves with breathing was recorded and is used by the plan.", frozenset({SITE}),
        (Performer.THERAPIST, Performer.PHYSICIST, Performer.PHYSICIAN), _EVERYBODY,
    ),
    _calculation(EventFamily.BASIC_DOSIMETRY, "Basic dosimetry calculation", "A calculation of dose to a point."),
    _calculation(EventFamily.ISODOSE, "Isodose plan", "A complex isodose plan beside the treatment plan."),
    _device(EventFamily.DEVICE_SIMPLE, "simple", "A simple block or bolus."),
    _device(EventFamily.DEVICE_INTERMEDIATE, "intermediate", "Several blocks, stents, bite blocks, special bolus."),
    _device(EventFamily.DEVICE_COMPLEX, "complex", "Irregular blocks, shields, compensators, moulds or casts."),
    EventKind(
        EventFamily.SPECIAL_PHYSICS_CONSULT, "Special physics consult", "Special services",
        "A problem that the physician asked the physicist to solve, with a written report.",
        frozenset({SITE, DOCUMENTED}), (Performer.PHYSICIST,), _PHYSICS,
    ),
    EventKind(
        EventFamily.SPECIAL_TREATMENT, "Special treatment", "Special services",
        "Work beyond the usual: concurrent chemotherapy, hyperthermia, retreatment of the same place.",
        frozenset({DOCUMENTED}), (Performer.PHYSICIAN,), _PHYSICIANS,
    ),
)  # fmt: skip

KINDS = {kind.family: kind for kind in _KINDS}


def kind_of(family: EventFamily | str) -> EventKind | None:
    """Return the kind of a family's word; ``None`` for a word that names none."""
    return KINDS.get(EventFamily(family)) if str(family) in set(EventFamily) else None


def kinds_for(roles: frozenset[Role]) -> list[EventKind]:
    """Return the kinds that whoever has these roles may enter, in the order of the page."""
    return [kind for kind in _KINDS if kind.roles & roles]


def kinds_at_once(roles: frozenset[Role]) -> list[EventKind]:
    """Return the kinds that whoever has these roles records with one tap."""
    return [kind for kind in _KINDS if kind.taps & roles]
