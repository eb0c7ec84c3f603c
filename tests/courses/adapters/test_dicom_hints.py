"""Hints at site and side from what a planner typed; and the small answers that show themselves by example."""

import doctest
from types import ModuleType

import pytest

from courses.adapters import dicom_answer, dicom_beams, dicom_file, dicom_hints, dicom_plan_filing
from courses.adapters.dicom_hints import laterality_hint, site_hint
from courses.terms import Laterality, Site


@pytest.mark.parametrize(
    ("typed", "site"),
    [
        ("Prostate", Site.PROSTATE),
        ("ProstateBed_68Gy", Site.PROSTATE_BED),
        ("prost bed", Site.PROSTATE_BED),
        ("L_CW+SCV", Site.CHEST_WALL),
        ("BrstL boost", Site.BREAST),
        ("Oesophagus", Site.ESOPHAGUS),
        ("H&N 70", Site.HEAD_NECK),
        ("T-Spine", Site.SPINE),
        ("Whole brain", Site.BRAIN),
        ("Anal canal", Site.ANUS),
        ("Analysis", None),
        ("PTV 50.4", None),
        ("Lung and brain", None),
        ("", None),
    ],
)
def test_site_is_hinted_only_where_one_is_typed(typed: str, site: Site | None) -> None:
    assert site_hint([typed]) is site


@pytest.mark.parametrize(
    ("typed", "side"),
    [
        ("Lt Breast", Laterality.LEFT),
        ("lung_R", Laterality.RIGHT),
        ("Bilateral breast", Laterality.BILATERAL),
        ("L and R breast", None),
        ("Larynx", None),
        ("Plan 1", None),
    ],
)
def test_side_is_hinted_only_where_one_is_typed(typed: str, side: Laterality | None) -> None:
    assert laterality_hint([typed]) is side


@pytest.mark.parametrize("module", [dicom_answer, dicom_beams, dicom_file, dicom_hints, dicom_plan_filing])
def test_examples_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
