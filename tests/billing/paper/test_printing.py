"""The same claims give the same bytes; the grid is for people; offsets move everything; nothing of a patient leaks."""

import doctest
import re
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from billing.paper import Printed, values, write_alignment
from billing.paper.cms1500 import services
from billing.paper.places import Form, form
from tests.billing.paper.printed import Paper, cms1500, ub04
from tests.billing.x12.claims import a_claim
from tests.billing.x12.institutional_claims import a_bill

ROOT = Path(__file__).parents[3]
ROOM = sorted((ROOT / "billing" / "paper").rglob("*.py"))
PAPERS = {
    "cms1500": lambda **options: cms1500(a_claim(), **options),
    "ub04": lambda **options: ub04(a_bill(), **options),
}


@pytest.fixture(params=PAPERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def print_one(name: str, **options: object) -> Paper:
    return PAPERS[name](**options)


@pytest.mark.parametrize("grid", [False, True])
def test_the_same_claims_give_the_same_bytes(name: str, grid: bool) -> None:
    assert print_one(name, grid=grid).data == print_one(name, grid=grid).data


def test_the_document_says_nothing_of_the_claim_about_itself(name: str) -> None:
    said = print_one(name).information
    assert not re.search("ARCHER|ADA|1EG4|C50|C000001|B000001|HARBOR|BAY", said)
    assert "oncocharge" in said


def test_the_data_alone_has_no_word_that_is_not_the_claims(name: str) -> None:
    paper = print_one(name)
    drawn = re.sub(r"\s+", "", paper.captions())
    data = re.sub(r"\s+", "", "".join(text for page in paper.points() for _, _, text in page))
    assert sorted(drawn) == sorted(data)


def test_the_grid_names_the_fields_and_leaves_the_data_where_it_is(name: str) -> None:
    plain, grid = print_one(name), print_one(name, grid=True)
    assert grid.pages() == plain.pages()
    captions = grid.captions()
    for place in form(name).places.values():
        if place.says:
            assert f"{place.box} {place.says}".strip() in captions


@pytest.mark.parametrize("grid", [False, True])
def test_an_offset_moves_everything_alike(name: str, grid: bool) -> None:
    here, there = print_one(name, grid=grid).points(), print_one(name, grid=grid, offset=(3.5, -2.0)).points()
    moved = [
        (round(x2 - x1, 6), round(y2 - y1, 6), first == second)
        for page, other in zip(here, there, strict=True)
        for (x1, y1, first), (x2, y2, second) in zip(page, other, strict=True)
    ]
    assert set(moved) == {(3.5, -2.0, True)}


def test_the_page_for_alignment_fills_each_field_and_nothing_else(name: str) -> None:
    out = BytesIO()
    write_alignment("cms1500" if name == "cms1500" else "ub04", out, offset=(2.0, 1.0))
    (page,) = Paper(out.getvalue(), Printed(1, 0, (), ()), form(name)).points()
    given = form(name)
    found = {(round(x - 2, 3), round(y - 1, 3), len(text)) for x, y, text in page}
    assert found == {
        (round(given.x(first), 3), round(given.y(line), 3), end - first) for _, line, first, end in cells(given)
    }
    assert {text.strip("X") for _, _, text in page} == {""}


def cells(given: Form) -> Iterator[tuple[str, int, int, int]]:
    for name, place in given.places.items():
        for row in range(place.rows):
            yield name, place.line + row * place.step, place.column, place.column + place.width


@pytest.mark.parametrize(("table", "columns"), [("cms1500", range(1, 81)), ("ub04", range(82))])
def test_no_two_fields_share_a_column_of_a_line_and_all_lie_on_the_paper(table: str, columns: range) -> None:
    taken: dict[tuple[int, int], str] = {}
    for name, line, first, end in cells(form(table)):
        assert 1 <= line <= 66
        for column in range(first, end):
            assert column in columns
            assert (line, column) not in taken, f"{name} and {taken.get((line, column))}"
            taken[line, column] = name


def test_the_room_imports_in_a_bare_interpreter_without_django() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.modules['django'] = None; sys.modules['psycopg'] = None\n"
        "import billing.paper\nprint('reportlab' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("True", "")


def test_the_room_reads_no_clock() -> None:
    assert [path.name for path in ROOM if re.search(r"\b(now|today|utcnow|time)\(\)", path.read_text("utf-8"))] == []


def test_the_examples_of_days_money_names_and_letters_hold() -> None:
    assert [doctest.testmod(module).failed for module in (values, services)] == [0, 0]
