"""Code files in the shape in which Medicare publishes them, a few rows each; descriptors are our own words.

Every quirk that real files have is here once: notices over several lines, stacked headers with line breaks within
cells, asterisks, blank dates, dollar signs, lone dots, footnotes, repeated rows, other character sets.
"""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from billing.cms.faults import CodeFileRefused, Faults
from billing.cms.kinds import FileKind
from billing.cms.readers import LAYOUTS
from billing.cms.rows import Row
from billing.cms.text import read_lines

NOTICE = "The codes only are copyright 2025 of their owner. All rights are reserved."

PAIRS_NAME = "ccipra-v322r0-f1.txt"
PAIRS_HEAD = (
    f"{NOTICE}\r\nColumn1/Column2 Edits\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n\t\t\t\t*=no data\t1=allowed\t\r\n"
    "\t\t\t\t\t9=not applicable\t\r\n"
)
MISUSE = "Misuse of Column Two code with Column One code"
MORE = "More extensive procedure"
PAIRS_ROWS = (
    f"0001A\t0591T\t\t20220101\t20231231\t1\t{MISUSE}",
    # As in the real file: a row that never took effect beside the one that did, and a pair that ended and came back.
    f"13121\t13120\t\t19960101\t19960101\t9\t{MORE}",
    f"13121\t13120\t*\t19960101\t*\t0\t{MORE}",
    f"77301\t77280\t\t20040101\t*\t0\t{MISUSE}",
    f"77301\t77387\t\t20260101\t*\t0\t{MISUSE}",
    f"77301\t77402\t\t20140101\t20191231\t1\t{MISUSE}",
    f"77301\t77402\t\t20201001\t*\t1\t{MISUSE}",
    f"77407\t77387\t\t20260401\t*\t1\t{MISUSE}",
)

LIMITS_NAME = "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
LIMITS_HEAD = (
    f'"{NOTICE}\nIt goes on, over a second line,\n\nand a ""third"" one.",,,\r\n'
    '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\r\n'
)
LIMITS_ROWS = (
    "0001U,1,2 Date of Service Edit: Policy,Code Descriptor / CPT Instruction",
    '77300,"1,010",3 Date of Service Edit: Clinical,Clinical: Data',
    "77387,2,3 Date of Service Edit: Clinical,Clinical: CMS Workgroup",
    "77402,1,3 Date of Service Edit: Clinical,Nature of Service/Procedure",
    "A9999,0,1 Line Edit,Nature of Service/Procedure",
)

VALUES_NAME = "PPRRVU2026_Jul_nonQPP.csv"
VALUES_TITLE = "2026 National Physician Fee Schedule Relative Value File July Release"
VALUES_HEADER = (
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,"
    "SURG,SURG,SURG,SURG,IND,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT"
)
VALUES_ROWS = (
    '77301,,"Plan, in our own words",A,,7.79,46.10,,46.10,,0.62,54.51,54.51,1,XXX,0.00,0.00,0.00,0,0,0,0,0,9,0,'
    "33.4009,09,0,99,0.00,0.00,0.00",
    "77301,26,Plan,A,,7.79,3.40,,3.40,,0.45,11.64,11.64,1,XXX,0.00,0.00,0.00,0,0,0,0,0,9,0,33.4009,09,0,99,"
    "0.00,0.00,0.00",
    "77301,TC,Plan,A,,0.00,42.70,NA,42.70,NA,0.17,42.87,42.87,1,XXX,0.00,0.00,0.00,0,0,0,0,0,9,0,33.4009,09,0,99,"
    "0.00,0.00,0.00",
    '77402,,Delivery,A,,0.00,"1,002.66",,2.66,NA,0.05,"1,002.71",2.71,3,XXX,0.00,0.00,0.00,0,0,0,0,0,9,0,33.4009,09,'
    "0,99,0.00,0.00,0.00",
    "77499,,Unlisted,C,,0.00,0.00,,0.00,,0.00,0.00,0.00,1,XXX,0.00,0.00,0.00,0,0,0,0,0,9,0,,09,0,99,0.00,0.00,0.00",
)

GPCI_NAME = "GPCI2026.csv"
GPCI_HEAD = (
    "ADDENDUM E. FINAL CY 2026 GEOGRAPHIC PRACTICE COST INDICES (GPCIs) BY STATE AND MEDICARE LOCALITY,,,,,,\r\n"
    ",,,,,,\r\n"
    "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,2026 PW GPCI (with 1.0 Floor)***,"
    "2026 PE GPCI,2026 MP GPCI\r\n"
)
GPCI_ROWS = (
    "10112,AL,00,ALABAMA,1.000,0.875,0.486",
    "02102,AK**,01,ALASKA*,1.500,1.081,0.592",
    '01112,CA,05,"SAN FRANCISCO-OAKLAND-BERKELEY (SAN FRANCISCO CNTY)",1.088,1.409,0.428',
    "1182,CA,7,REST OF CALIFORNIA,1.017,1.041,0.676",
)
GPCI_NOTES = (
    "* A note on frontier states.,,,,,,",
    '"** The work index of Alaska is 1.5, by law.",,,,,,',
    '"*** With the floor, which an act has kept.",,,,,,',
)

RATES_NAME = "july-2026-addendum-b.csv"
RATES_HEAD = (
    "Addendum B.-Final OPPS Payment by HCPCS Code for CY 2026,,,,,,,,,,,,\r\n,,,,,,,,,,,,\r\n"
    f'"{NOTICE}",,,,,,,,,,,,\r\n'
    "HCPCS Code,Short Descriptor,SI,APC,Relative Weight,Payment Rate ,National Unadjusted Copayment ,"
    '"Minimum Unadjusted\nCopayment ",IRA Coinsurance Percentage,Adjusted Beneficiary Copayment,'
    "Drug and Device Pass-Through Expiration during Calendar Year,Note,* Indicates a Change\r\n"
)
RATES_ROWS = (
    '77301,Plan,S,5613,14.2049,"$1,298.59 ",.,$259.72 ,,,,,',
    "77387,Guidance,N,,,,,,,,,,*",
    "77402,Delivery,S,5621,1.2543,$114.67 ,.,$22.94 ,,,,,",
    "77427,Management,B,,.,.,.,.,,,,,",
)

ADD_ON_NAME = "AOC_V2026Q3-MCR.csv"
ADD_ON_HEAD = (
    f'"{NOTICE}",,,,,,,\r\n'
    "AOC_Edit_Type,Add-On_Code,AOC_DelDT,Primary_Code,Primary_Code_DelDT,AOC_Edit_EffDT,AOC_Edit_DelDT,"
    "Special_Instruction_Notes\r\n"
)
ADD_ON_ROWS = (
    "1,77293,,77295,,2014001,,",
    "1,77293,,77301,,2014001,,",
    "1,33924,,33735,2021365,2013091,2021365,",
    '2,99999,,CCCCC,,2013091,,"Contractor Defined Primary Codes"',
)

DIAGNOSES_NAME = "icd10cm_order_2026.txt"


def diagnosis_line(order: int, code: str, billable: bool, short: str, name: str) -> str:
    """A line of the ICD-10-CM order file."""
    return f"{order:05} {code:<7} {int(billable)} {short:<60} {name}"


DIAGNOSES_ROWS = (
    diagnosis_line(1, "A00", False, "Cholera", "Cholera"),
    diagnosis_line(2, "A000", True, "Cholera due to Vibrio cholerae 01, biovar cholerae", "Cholera due to V. cholerae"),
    diagnosis_line(12001, "C61", True, "Malignant neoplasm of prostate", "Malignant neoplasm of prostate"),
    diagnosis_line(
        80123,
        "T8131XA",
        True,
        "Disruption of external operation wound, NEC, init",
        "Disruption of external operation (surgical) wound, initial",
    ),
)

HCPCS_NAME = "HCPC2026_JUL_ANWEB.txt"
HCPCS_NOTICE = "Note regarding coverage and payment indicators for codes in CMS\x92 2026 HCPCS Update\n\n"


def hcpcs_line(code: str, sequence: int, kind: int, name: str, short: str = "", **cells: str) -> str:
    """A record of the HCPCS file; continuing ones are shorter, as in the real file."""
    head = f"{code:>5}{sequence:05}{kind}{name:<80}"
    if kind in (4, 8):
        return head
    dates = f"{cells.get('added', '20260101')}{cells.get('changed', '20260101')}{cells.get('ended', ''):<8}"
    return f"{head}{short:<28}".ljust(229) + f"{cells.get('coverage', 'C')}".ljust(39) + dates + "N".ljust(28)


HCPCS_ROWS = (
    hcpcs_line("A1", 100, 7, "Dressing for one wound", "Dressing for one wound"),
    hcpcs_line("G6015", 100, 3, "Delivery with beams whose strength varies, in words of our own, over two lines:",
               "Delivery of varied beams", added="20150101", changed="20260101", ended="20251231"),
    hcpcs_line("G6015", 200, 4, "the rest of the name"),
    hcpcs_line("J1100", 100, 3, "Injection, dexamethasone, 1 mg", "Dexamethasone", coverage="D"),
)  # fmt: skip
HCPCS_CSV_HEAD = "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,COV,ADD DT,ACT EFF DT,TERM DT,ACTION CD\r\n"
HCPCS_CSV_ROWS = (
    "A1,00100,7,Dressing for one wound,Dressing for one wound,C,20020701,20020701,,N",
    'G6015,00100,3,"Delivery with beams whose strength varies:",Delivery of varied beams,C,20150101,20260101,20251231,N',  # noqa: E501  # a row as the file has it
    "G6015,00200,4,the rest of the name,,,,,,",
)


def text(head: str, rows: Sequence[str], *, end: str = "\r\n") -> str:
    """A whole file."""
    return head + "".join(row + end for row in rows)


def values_text(rows: Sequence[str] = VALUES_ROWS, title: str = VALUES_TITLE) -> str:
    """A relative value file: nine records of titles and captions, the header, the rows."""
    commas = "," * 31
    preamble = [title + commas, NOTICE + commas, *[commas] * 4, "RELEASED 06/30/2026" + commas, *[commas] * 2]
    return text("", [*preamble, VALUES_HEADER, *rows])


PAYER_CODES_HEAD = "Code,Description,Start,Last Modified,Stop\r\n"
REASONS_NAME, REMARKS_NAME = "CARC_JUL_2026.csv", "RARC_JUL_2026.csv"
REASONS_ROWS = (
    "1,Made-up words for the deductible,01/01/1995,,",
    "45,Made-up words for the contract,01/01/1995,07/01/2017,",
    'A1,"Made-up words, with a comma",01/01/1995,11/01/2017,',
    "P14,Made-up words for another plan,11/01/2013,,03/01/2020",
)
REMARKS_ROWS = ("M1,Made-up words for a first remark,01/01/1997,,", "MA130,Made-up words for a claim to resend,,,")


WHOLE: Mapping[FileKind, tuple[str, str]] = {
    FileKind.PAIRS_PRACTITIONER: (PAIRS_NAME, text(PAIRS_HEAD, PAIRS_ROWS)),
    FileKind.PAIRS_HOSPITAL: ("ccioph-v322r0-f2.txt", text(PAIRS_HEAD, PAIRS_ROWS)),
    FileKind.LIMITS_PRACTITIONER: (LIMITS_NAME, text(LIMITS_HEAD, LIMITS_ROWS)),
    FileKind.LIMITS_HOSPITAL: (
        "MCR_MUE_OutpatientHospitalServices_Eff_10-01-2026.csv",
        text(LIMITS_HEAD.replace("Practitioner Services", "Outpatient Hospital Services"), LIMITS_ROWS),
    ),
    FileKind.RELATIVE_VALUES: (VALUES_NAME, values_text()),
    FileKind.GPCI: (GPCI_NAME, text(GPCI_HEAD, (*GPCI_ROWS, *GPCI_NOTES))),
    FileKind.OPPS_RATES: (RATES_NAME, text(RATES_HEAD, RATES_ROWS)),
    FileKind.ADD_ON_CODES: (ADD_ON_NAME, text(ADD_ON_HEAD, ADD_ON_ROWS)),
    FileKind.DIAGNOSIS_CODES: (DIAGNOSES_NAME, text("", DIAGNOSES_ROWS)),
    FileKind.ADJUSTMENT_REASONS: (REASONS_NAME, text(PAYER_CODES_HEAD, REASONS_ROWS)),
    FileKind.REMARKS: (REMARKS_NAME, text(PAYER_CODES_HEAD, REMARKS_ROWS)),
    FileKind.HCPCS_CODES: (HCPCS_NAME, text(HCPCS_NOTICE, HCPCS_ROWS, end="\n")),
}
"""A whole file of each kind: its name and its text."""


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file; text goes in as UTF-8."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def write_whole(folder: Path, kind: FileKind) -> Path:
    """Write the whole file of a kind."""
    return write(folder, *WHOLE[kind])


def write_zip(folder: Path, name: str, members: Mapping[str, str]) -> Path:
    """Write an archive."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def read(kind: FileKind, content: str | bytes, name: str = "file") -> list[Row]:
    """Read a file's rows; its faults are raised."""
    faults = Faults(name)
    given = content if isinstance(content, bytes) else content.encode()
    rows = list(LAYOUTS[kind].read(read_lines([given], name), faults))
    faults.refuse_if_any()
    return rows


def faults_of(kind: FileKind, content: str | bytes, name: str = "file") -> list[str]:
    """Return what is wrong with a file."""
    try:
        read(kind, content, name)
    except CodeFileRefused as refusal:
        return list(refusal.faults)
    return []
