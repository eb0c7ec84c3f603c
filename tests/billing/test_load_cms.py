"""Loading code files: all or nothing, the same bytes once, a corrected file in place of the old one."""

import zipfile
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from billing.cms.faults import CodeFileRefused
from billing.cms.kinds import FileKind
from billing.cms.opening import Source
from billing.cms.readers import LAYOUTS
from billing.models import CodePair, DiagnosisCode, Gpci, ReferenceFile, RelativeValue, UnitLimit
from billing.reference import Loaded, Wanted, load_code_files
from billing.reference.staging import MODELS
from tests.code_files import (
    GPCI_NAME,
    HCPCS_NAME,
    LIMITS_HEAD,
    LIMITS_NAME,
    LIMITS_ROWS,
    MISUSE,
    PAIRS_HEAD,
    PAIRS_NAME,
    PAIRS_ROWS,
    VALUES_NAME,
    WHOLE,
    read,
    text,
    values_text,
    write,
    write_whole,
    write_zip,
)

pytestmark = pytest.mark.django_db
JULY = date(2026, 7, 1)
OCTOBER_LIMITS = LIMITS_NAME.replace("07-01", "10-01")


def load(*paths: Path, **said: object) -> list[Loaded]:
    return load_code_files(wanted=[Wanted(path, **said) for path in paths], by="tester")  # type: ignore[arg-type]


def refusals(*paths: Path, **said: object) -> list[str]:
    with pytest.raises(CodeFileRefused) as refused:
        load(*paths, **said)
    return list(refused.value.faults)


def limits_file(folder: Path, rows: Iterable[str] = LIMITS_ROWS, name: str = LIMITS_NAME) -> Path:
    return write(folder, name, text(LIMITS_HEAD, tuple(rows)))


def test_same_bytes_under_the_names_of_two_publications_are_both(tmp_path: Path) -> None:
    paths = [write(tmp_path, name, text(PAIRS_HEAD, PAIRS_ROWS)) for name in (PAIRS_NAME, "ccioph-v322r0-f1.txt")]
    assert [one.is_new for one in load(*paths)] == [True, True]
    assert [one.is_new for one in load(*paths)] == [False, False]


@pytest.mark.parametrize("kind", FileKind)
def test_every_row_of_every_kind_is_stored_with_its_line(kind: FileKind, tmp_path: Path) -> None:
    (done,) = load(write_whole(tmp_path, kind))
    stored = MODELS[kind].objects.filter(file=done.file).order_by("line").values_list(*LAYOUTS[kind].columns)  # type: ignore[attr-defined]
    assert list(stored) == [tuple(row) for row in read(kind, WHOLE[kind][1])]
    file = ReferenceFile.objects.get()
    assert (file.kind, file.row_count, file.loaded_by) == (kind, len(stored), "tester")
    assert file.byte_count == len(WHOLE[kind][1].encode())


def test_file_says_what_it_is(tmp_path: Path) -> None:
    load(write_whole(tmp_path, FileKind.PAIRS_PRACTITIONER))
    file = ReferenceFile.objects.get()
    assert (file.effective_from, file.version, file.part) == (JULY, "v322r0", 1)
    assert (file.name, file.first_code, file.last_code) == (PAIRS_NAME, "0001A", "77407")


def test_the_same_bytes_change_nothing_whatever_the_file_is_called(tmp_path: Path) -> None:
    (first,) = load(limits_file(tmp_path))
    for path in (limits_file(tmp_path), limits_file(tmp_path, name="download (2).csv")):
        (again,) = load(path)
        assert (again.is_new, again.file.pk) == (False, first.file.pk)
    assert UnitLimit.objects.count() == len(LIMITS_ROWS)


def test_the_same_bytes_may_be_another_publication_where_the_user_says_so(tmp_path: Path) -> None:
    path = limits_file(tmp_path)
    load(path)
    assert load(path, effective=date(2026, 10, 1))[0].is_new
    assert ReferenceFile.objects.count() == 2


def test_corrected_file_of_the_quarter_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    (old,) = load(limits_file(tmp_path))
    (new,) = load(limits_file(tmp_path, [row.replace("77402,1", "77402,2") for row in LIMITS_ROWS]))
    assert (new.is_new, new.replaced) == (True, LIMITS_NAME)
    assert ReferenceFile.objects.get() == new.file
    assert UnitLimit.objects.get(code="77402").units == 2
    history = ReferenceFile.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", "sha256")  # type: ignore[attr-defined]
    assert list(history) == [("insert", old.file.sha256), ("delete", old.file.sha256), ("insert", new.file.sha256)]


def test_another_quarter_stands_beside(tmp_path: Path) -> None:
    load(limits_file(tmp_path))
    load(limits_file(tmp_path, [*LIMITS_ROWS, "77301,1,3 Date,Why"], OCTOBER_LIMITS))
    days = ReferenceFile.objects.values_list("effective_from", "row_count").order_by("effective_from")
    assert list(days) == [(JULY, 5), (date(2026, 10, 1), 6)]


def test_parts_and_editions_of_one_quarter_stand_beside_each_other(tmp_path: Path) -> None:
    load(
        write(tmp_path, PAIRS_NAME, text(PAIRS_HEAD, PAIRS_ROWS)),
        write(tmp_path, PAIRS_NAME.replace("f1", "f2"), text(PAIRS_HEAD, PAIRS_ROWS[2:])),
        write(tmp_path, VALUES_NAME, values_text()),
        write(tmp_path, "PPRRVU2026_Jul_QPP.csv", values_text().replace("33.4009", "33.5675")),
    )
    assert ReferenceFile.objects.count() == 4
    factors = RelativeValue.objects.filter(code="77301", modifier="").values_list("file__edition", "conversion_factor")
    assert {edition: str(factor) for edition, factor in factors} == {"nonQPP": "33.4009", "QPP": "33.5675"}


def test_repeated_rows_are_kept_once_and_counted(tmp_path: Path) -> None:
    (done,) = load(limits_file(tmp_path, [*LIMITS_ROWS, LIMITS_ROWS[1], LIMITS_ROWS[1]]))
    assert (done.repeated, done.file.row_count) == (2, len(LIMITS_ROWS))
    assert UnitLimit.objects.get(code="77300").line == 8


def test_rows_that_contradict_each_other_are_refused_with_both_lines(tmp_path: Path) -> None:
    told = refusals(limits_file(tmp_path, [*LIMITS_ROWS, LIMITS_ROWS[2].replace("77387,2", "77387,3")]))
    assert told == [
        f"{LIMITS_NAME} line 12: says otherwise of 77387 than line 9. Load the file as CMS offers it.",
    ]
    assert not ReferenceFile.objects.exists()


def test_one_wrong_file_keeps_all_files_of_the_call_out_and_the_faults_of_all_are_told(tmp_path: Path) -> None:
    told = refusals(
        limits_file(tmp_path, [*LIMITS_ROWS, "77301,x,3 Date,Why"]),
        write_whole(tmp_path, FileKind.GPCI),
        write(tmp_path, PAIRS_NAME, text(PAIRS_HEAD, (*PAIRS_ROWS, "cut"))),
        tmp_path / "none.csv",
    )
    assert [fault.split(":")[0] for fault in told] == [f"{LIMITS_NAME} line 12", f"{PAIRS_NAME} line 15", "none.csv"]
    assert not ReferenceFile.objects.exists()
    assert not any(model.objects.exists() for model in MODELS.values())  # type: ignore[attr-defined]


def test_wrong_correction_leaves_the_old_file_as_it_is(tmp_path: Path) -> None:
    load(limits_file(tmp_path))
    refusals(limits_file(tmp_path, [*LIMITS_ROWS, "77301,x,3 Date,Why"]))
    assert UnitLimit.objects.count() == len(LIMITS_ROWS)


def test_file_with_far_fewer_rows_than_the_one_before_is_taken_for_a_cut_one(tmp_path: Path) -> None:
    load(limits_file(tmp_path))
    shorter = limits_file(tmp_path, LIMITS_ROWS[:3], OCTOBER_LIMITS)
    assert refusals(shorter) == [
        f"{OCTOBER_LIMITS}: has 3 rows, {LIMITS_NAME} before it had 5: it may be cut. Download it again, "
        "or say --accept-fewer if it is whole."
    ]
    assert load(shorter, accept_fewer=True)[0].is_new


@pytest.mark.parametrize(
    ("version", "day"), [("v320r0", "2026-04-01"), ("v322r0", "2026-10-01"), ("v323r0", "2027-01-01")]
)
def test_pairs_of_a_later_quarter_than_the_name_says_are_refused(version: str, day: str, tmp_path: Path) -> None:
    later = f"77412\t77387\t\t{day.replace('-', '')}\t*\t1\t{MISUSE}"
    (told,) = refusals(write(tmp_path, f"ccipra-{version}-f1.txt", text(PAIRS_HEAD, (*PAIRS_ROWS[:4], later))))
    assert f"has rows that begin on {day}, and it is taken for the quarter from" in told
    last_day = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    path = write(tmp_path, f"ccipra-{version}-f1.txt", text(PAIRS_HEAD, (*PAIRS_ROWS[:4], later)).replace(
        day.replace("-", ""), last_day.replace("-", "")
    ))  # fmt: skip
    assert load(path)[0].is_new


def test_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, reads = limits_file(tmp_path), []
    whole = Source.chunks

    def growing(source: Source) -> Iterable[bytes]:
        reads.append(source.name)
        if len(reads) == 3:
            limits_file(tmp_path, [*LIMITS_ROWS, "77301,1,3 Date,Why"])
        return whole(source)

    monkeypatch.setattr(Source, "chunks", growing)
    assert refusals(path) == [f"{LIMITS_NAME}: changed while it was read. Load it again once it is whole."]
    assert not ReferenceFile.objects.exists()


# --- archives -----------------------------------------------------------------------------------------------------


def test_archive_with_one_code_file_is_read_without_unpacking_it(tmp_path: Path) -> None:
    path = write_zip(
        tmp_path, "medicare-ncci-2026q3-practitioner-ptp-edits-ccipra-v322r0-f1.zip",
        {"folder/ccipra-v322r0-f1.TXT": text(PAIRS_HEAD, PAIRS_ROWS), "folder/ccipra-v322r0-f1.xlsx": "PK"},
    )  # fmt: skip
    (done,) = load(path)
    assert (done.file.name, done.file.row_count) == ("ccipra-v322r0-f1.TXT", len(PAIRS_ROWS))
    assert not load(path)[0].is_new


def test_archive_of_a_release_gives_every_file_that_is_known(tmp_path: Path) -> None:
    path = write_zip(
        tmp_path, "rvu26c-updated-06-30-2026.zip",
        {
            VALUES_NAME: values_text(), GPCI_NAME: WHOLE[FileKind.GPCI][1], "OPPSCAP_Jul.csv": "HCPCS,MOD\r\n",
            "__MACOSX/._GPCI2026.csv": "no", "rvu26c.pdf": "%PDF",
        },
    )  # fmt: skip
    done = {one.file.kind: one.file.effective_from for one in load(path)}
    assert done == {FileKind.RELATIVE_VALUES: JULY, FileKind.GPCI: JULY}


def test_archive_with_two_files_of_one_publication_asks_which(tmp_path: Path) -> None:
    path = write_zip(tmp_path, "mue.zip", {"a_Eff_07-01-2026.csv": text(LIMITS_HEAD, LIMITS_ROWS),
                                           "b_Eff_07-01-2026.csv": text(LIMITS_HEAD, LIMITS_ROWS[:4])})  # fmt: skip
    (told,) = refusals(path)
    assert "holds a_Eff_07-01-2026.csv and b_Eff_07-01-2026.csv, which are the same publication" in told
    assert load(path, member="b_Eff_07-01-2026.csv")[0].file.row_count == 4


def test_archive_without_a_code_file_says_what_it_holds(tmp_path: Path) -> None:
    assert refusals(write_zip(tmp_path, "a.zip", {"table.xlsx": "PK"})) == [
        "a.zip: the archive holds no TXT or CSV, but table.xlsx."
    ]
    (told,) = refusals(write_zip(tmp_path, "b.zip", {"readme.txt": "Hello"}))
    assert told.startswith("readme.txt: is no code file that is known here")


def test_damaged_archive_is_refused_in_words(tmp_path: Path) -> None:
    path = write_zip(tmp_path, "mue.zip", {LIMITS_NAME: text(LIMITS_HEAD, [*LIMITS_ROWS] * 200)})
    content = bytearray(path.read_bytes())
    content[200:220] = bytes(20)
    path.write_bytes(bytes(content))
    (told,) = refusals(path)
    assert told.startswith(f"{LIMITS_NAME}: the archive is damaged")


def test_encrypted_archive_is_refused_in_words(tmp_path: Path) -> None:
    path = write_zip(tmp_path, "mue.zip", {LIMITS_NAME: text(LIMITS_HEAD, LIMITS_ROWS)})
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        place = content.index(b"PK\x01\x02", archive.getinfo(LIMITS_NAME).header_offset)
    path.write_bytes(content[: place + 8] + b"\x01" + content[place + 9 :])
    assert refusals(path) == [f"mue.zip: {LIMITS_NAME} is encrypted. Unpack it and load the file itself."]


# --- what the database holds --------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [ReferenceFile, UnitLimit, CodePair, Gpci, DiagnosisCode, RelativeValue])
def test_loaded_rows_are_never_changed(model: type[Model], tmp_path: Path) -> None:
    load(*(write_whole(tmp_path, kind) for kind in FileKind))
    change = {"name": "x"} if model is ReferenceFile else {"line": 1}
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        model.objects.update(**change)  # type: ignore[attr-defined]


def test_publication_stands_once(tmp_path: Path) -> None:
    (done,) = load(limits_file(tmp_path))
    done.file.pk = None
    with pytest.raises(IntegrityError, match="reference_file_stands_once"), transaction.atomic():
        done.file.save(force_insert=True)


def test_statements_do_not_grow_with_the_file(tmp_path: Path) -> None:
    many = [f"{number:05},1,3 Date of Service Edit: Clinical,Why" for number in range(3000)]
    counts = []
    for rows, name in ((LIMITS_ROWS, LIMITS_NAME), (many, OCTOBER_LIMITS)):
        path = limits_file(tmp_path, rows, name)
        with CaptureQueriesContext(connection) as statements:
            load(path)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_rows_are_read_from_a_file_in_latin_1_with_a_notice(tmp_path: Path) -> None:
    path = write(tmp_path, HCPCS_NAME, WHOLE[FileKind.HCPCS_CODES][1].encode("latin-1"))
    assert load(path)[0].file.row_count == 3
