"""Hints at site and side from the texts of a plan: what a planner typed, never a fact.

Nothing rests on them: a person confirms the site, or answers the question that stands in its place.
"""

import re
from collections.abc import Iterable

from courses.terms import Laterality, Site

# How planners begin the words; the text is in small letters, with single blanks and nothing else between.
_SITES = {
    Site.PROSTATE_BED: r"prostate ?bed|prost bed",
    Site.PROSTATE: r"prost",
    Site.CHEST_WALL: r"chest ?wall|cw\b",
    Site.BREAST: r"breast|brst",
    Site.LUNG: r"lung",
    Site.ESOPHAGUS: r"o?esoph",
    Site.HEAD_NECK: r"head (and )?neck|h ?n\b|larynx|oropharynx|nasopharynx|tongue|tonsil",
    Site.BRAIN: r"brain|gbm\b|cns\b",
    Site.SPINE: r"[ctl]? ?spine",
    Site.BONE: r"bone\b|femur|humerus",
    Site.PANCREAS: r"pancrea",
    Site.LIVER: r"liver",
    Site.STOMACH: r"stomach|gastric",
    Site.RECTUM: r"rectum|rectal",
    Site.ANUS: r"anus|anal\b",
    Site.BLADDER: r"bladder",
    Site.UTERUS: r"uterus|endometri",
    Site.CERVIX: r"cervix",
    Site.VULVA: r"vulva",
}
_SIDES = (
    (Laterality.BILATERAL, frozenset({"bilat", "bilateral", "bil"})),
    (Laterality.LEFT, frozenset({"left", "lt", "l"})),
    (Laterality.RIGHT, frozenset({"right", "rt", "r"})),
)
_WORD = re.compile(r"[a-z]+")


def site_hint(texts: Iterable[str]) -> Site | None:
    """Return the one site that the texts name; none where they name none or several.

    >>> site_hint(["Boost", "L Breast tangents"])
    <Site.BREAST: 'breast'>
    >>> site_hint(["Lung and brain"]) is None
    True
    """
    said = "\n".join(" ".join(_WORD.findall(text.lower())) for text in texts)
    named = {site for site, words in _SITES.items() if re.search(rf"\b(?:{words})", said)}
    if Site.PROSTATE_BED in named:
        named.discard(Site.PROSTATE)
    return named.pop() if len(named) == 1 else None


def laterality_hint(texts: Iterable[str]) -> Laterality | None:
    """Return the one side that the texts name; none where they name none or several.

    >>> laterality_hint(["Lt Breast"]), laterality_hint(["L and R lung"])
    (<Laterality.LEFT: 'left'>, None)
    """
    words = {word for text in texts for word in _WORD.findall(text.lower())}
    named = [side for side, ways in _SIDES if words & ways]
    return named[0] if len(named) == 1 else None
