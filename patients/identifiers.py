"""Identifiers that others issue: check and format them. Pure text, no Django, no look-up anywhere.

Each kind has the same three functions, as in python-stdnum: ``compact_KIND`` takes out what people type around it,
``validate_KIND`` returns the compact form or raises, ``is_valid_KIND`` answers yes or no. A valid number is well
formed; whether it was ever issued is not known here.

NPI         National Provider Identifier, 10 digits with a check digit (45 CFR 162.406)
tax_id      Employer Identification Number, 9 digits, hyphen or not (26 CFR 301.7701-12)
taxonomy    Health Care Provider Taxonomy code of the NUCC, 10 characters
mrn         the practice's own medical record number
icd10       ICD-10-CM diagnosis code, with or without its point
zip         US ZIP code, 5 or 9 digits
state       US state, territory or armed forces code of the Postal Service
"""

import re
from collections.abc import Callable


class IdentifierError(ValueError):
    """An identifier is not well formed. ``value`` is what was found; it may be a patient's: do not log it."""

    def __init__(self, message: str, value: str) -> None:
        super().__init__(message)
        self.value = value


class InvalidLength(IdentifierError):
    """Too few or too many characters."""


class InvalidFormat(IdentifierError):
    """A character stands where it may not."""


class InvalidChecksum(IdentifierError):
    """The check digit does not match: most often one digit is mistyped or two are swapped."""


class InvalidComponent(IdentifierError):
    """Well shaped, but a part of it names nothing that exists."""


_NPI_PREFIX = "80840"
_NPI_LENGTH = 10
_TAX_ID_LENGTH = 9
_TAXONOMY_LENGTH = 10
_MRN_LENGTHS = range(1, 31)
_ICD10_LENGTHS = range(3, 8)
_ICD10_CATEGORY = 3
_ZIP_LENGTHS = (5, 9)
_STATE_LENGTH = 2

_NPI = re.compile(r"[12][0-9]{9}")
_TAX_ID = re.compile(r"[0-9]{2}-?[0-9]{7}")
_TAXONOMY = re.compile(r"[0-9]{3}[0-9A-Z]{6}X")
_MRN = re.compile(r"[0-9A-Z](?:[0-9A-Z ._/#-]*[0-9A-Z])?")
_ICD10 = re.compile(r"[A-Z][0-9][0-9AB](?:\.?[0-9A-Z]{1,4})?")
_ZIP = re.compile(r"[0-9]{5}(?:-?[0-9]{4})?")

_STATE_CODES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP"
)
STATES = frozenset(_STATE_CODES.split())


def _is_valid(validate: Callable[[str], str], number: str) -> bool:
    try:
        validate(number)
    except IdentifierError:
        return False
    return True


# --- NPI ------------------------------------------------------------------------------------------------------------


def compact_npi(number: str) -> str:
    """Take out blanks and hyphens.

    >>> compact_npi(" 124531-9599 ")
    '1245319599'
    """
    return number.replace(" ", "").replace("-", "")


def npi_check_digit(first_nine: str) -> str:
    """Return the Luhn digit of a NPI; the prefix 80840 (health, United States) counts though it is never written.

    >>> npi_check_digit("124531959")
    '9'
    """
    digits = [int(digit) for digit in _NPI_PREFIX + first_nine]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[::-2]]
    return str(-(sum(doubled) + sum(digits[-2::-2])) % 10)


def validate_npi(number: str) -> str:
    """Return the ten digits, or say what is wrong with them.

    >>> validate_npi("1245319599")
    '1245319599'
    >>> validate_npi("1245319598")
    Traceback (most recent call last):
    ...
    patients.identifiers.InvalidChecksum: NPI '1245319598' fails its check digit. Compare it with the NPI registry.
    >>> validate_npi("3245319599")
    Traceback (most recent call last):
    ...
    patients.identifiers.InvalidFormat: NPI '3245319599' must be ten digits that begin with 1 or 2.
    """
    npi = compact_npi(number)
    if len(npi) != _NPI_LENGTH:
        raise InvalidLength(f"NPI '{number}' has {len(npi)} characters; it must have ten digits.", number)
    if not _NPI.fullmatch(npi):
        raise InvalidFormat(f"NPI '{number}' must be ten digits that begin with 1 or 2.", number)
    if npi_check_digit(npi[:9]) != npi[9]:
        raise InvalidChecksum(f"NPI '{number}' fails its check digit. Compare it with the NPI registry.", number)
    return npi


def is_valid_npi(number: str) -> bool:
    """Tell whether this is a well formed NPI."""
    return _is_valid(validate_npi, number)


# --- tax id ---------------------------------------------------------------------------------------------------------


def compact_tax_id(number: str) -> str:
    """Take out blanks and the hyphen.

    >>> compact_tax_id("12-3456789")
    '123456789'
    """
    return number.replace(" ", "").replace("-", "")


def validate_tax_id(number: str) -> str:
    """Return the nine digits of an EIN, or say what is wrong with them.

    >>> validate_tax_id("12-3456789")
    '123456789'
    >>> validate_tax_id("123-45-6789")
    Traceback (most recent call last):
    ...
    patients.identifiers.InvalidFormat: Tax id '123-45-6789' must be nine digits, as 12-3456789 or 123456789.
    >>> validate_tax_id("00-1234567")
    Traceback (most recent call last):
    ...
    patients.identifiers.InvalidComponent: Tax id '00-1234567' begins with 00, which the IRS never assigned.
    """
    if len(compact_tax_id(number)) != _TAX_ID_LENGTH:
        raise InvalidLength(f"Tax id '{number}' must be nine digits, as 12-3456789 or 123456789.", number)
    if not _TAX_ID.fullmatch(number.strip()):
        raise InvalidFormat(f"Tax id '{number}' must be nine digits, as 12-3456789 or 123456789.", number)
    if compact_tax_id(number).startswith("00"):
        raise InvalidComponent(f"Tax id '{number}' begins with 00, which the IRS never assigned.", number)
    return compact_tax_id(number)


def is_valid_tax_id(number: str) -> bool:
    """Tell whether this is a well formed EIN."""
    return _is_valid(validate_tax_id, number)


def format_tax_id(number: str) -> str:
    """Write an EIN as its holders know it.

    >>> format_tax_id("123456789")
    '12-3456789'
    """
    digits = compact_tax_id(number)
    return f"{digits[:2]}-{digits[2:]}"


# --- taxonomy -------------------------------------------------------------------------------------------------------


def compact_taxonomy(code: str) -> str:
    """Take out blanks; capitals.

    >>> compact_taxonomy("2085r0001x ")
    '2085R0001X'
    """
    return code.replace(" ", "").upper()


def validate_taxonomy(code: str) -> str:
    """Return the ten characters of a provider taxonomy code, or say what is wrong with them.

    >>> validate_taxonomy("2085R0001X")
    '2085R0001X'
    >>> validate_taxonomy("2085R0001")
    Traceback (most recent call last):
    ...
    patients.identifiers.InvalidLength: Taxonomy code '2085R0001' must have ten characters, as 2085R0001X.
    """
    taxonomy = compact_taxonomy(code)
    if len(taxonomy) != _TAXONOMY_LENGTH:
        raise InvalidLength(f"Taxonomy code '{code}' must have ten characters, as 2085R0001X.", code)
    if not _TAXONOMY.fullmatch(taxonomy):
        raise InvalidFormat(f"Taxonomy code '{code}' must begin with three digits and end with X, as 2085R0001X.", code)
    return taxonomy


def is_valid_taxonomy(code: str) -> bool:
    """Tell whether this is a well formed taxonomy code."""
    return _is_valid(validate_taxonomy, code)


# --- medical record number ------------------------------------------------------------------------------------------


def compact_mrn(number: str) -> str:
    """Take out outer blanks, make inner ones single; capitals, so that one patient is not two. Leading zeros count.

    >>> compact_mrn("  a-0017  b")
    'A-0017 B'
    """
    return " ".join(number.split()).upper()


def validate_mrn(number: str) -> str:
    """Return the record number as it is stored, or say what is wrong with it.

    >>> validate_mrn("a-1001")
    'A-1001'
    >>> validate_mrn("A|1001")
    Traceback (most recent call last):
    ...
    patients.identifiers.InvalidFormat: MRN 'A|1001' may have A-Z, 0-9 and, inside, blank . - _ / #.
    """
    mrn = compact_mrn(number)
    if len(mrn) not in _MRN_LENGTHS:
        raise InvalidLength(f"MRN '{number}' has {len(mrn)} characters; it must have 1 to 30.", number)
    if not _MRN.fullmatch(mrn):
        raise InvalidFormat(f"MRN '{number}' may have A-Z, 0-9 and, inside, blank . - _ / #.", number)
    return mrn


def is_valid_mrn(number: str) -> bool:
    """Tell whether this may be a medical record number."""
    return _is_valid(validate_mrn, number)


# --- ICD-10-CM ------------------------------------------------------------------------------------------------------


def compact_icd10(code: str) -> str:
    """Take out blanks and the point; capitals: the form that claims carry.

    >>> compact_icd10("c50.911")
    'C50911'
    """
    return code.replace(" ", "").replace(".", "").upper()


def validate_icd10(code: str) -> str:
    """Return the code without its point, or say what is wrong with it. Only the form is checked, not the code list.

    >>> validate_icd10("C50.911")
    'C50911'
    >>> validate_icd10("C61")
    'C61'
    >>> validate_icd10("C509.11")
    Traceback (most recent call last):
    ...
    patients.identifiers.InvalidFormat: 'C509.11' is not the form of an ICD-10-CM code, as C50.911 or C50911.
    >>> validate_icd10("174.9")
    Traceback (most recent call last):
    ...
    patients.identifiers.InvalidFormat: '174.9' is not the form of an ICD-10-CM code, as C50.911 or C50911.
    """
    if len(compact_icd10(code)) not in _ICD10_LENGTHS:
        raise InvalidLength(f"'{code}' must have 3 to 7 letters and digits to be an ICD-10-CM code.", code)
    if not _ICD10.fullmatch(code.strip().upper()):
        raise InvalidFormat(f"'{code}' is not the form of an ICD-10-CM code, as C50.911 or C50911.", code)
    return compact_icd10(code)


def is_valid_icd10(code: str) -> bool:
    """Tell whether this has the form of an ICD-10-CM code."""
    return _is_valid(validate_icd10, code)


def format_icd10(code: str) -> str:
    """Write a code as clinicians know it, with its point.

    >>> format_icd10("C50911"), format_icd10("C61")
    ('C50.911', 'C61')
    """
    plain = compact_icd10(code)
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > _ICD10_CATEGORY else plain


# --- ZIP code and state ---------------------------------------------------------------------------------------------


def compact_zip(code: str) -> str:
    """Take out blanks and the hyphen.

    >>> compact_zip("02115-1234")
    '021151234'
    """
    return code.replace(" ", "").replace("-", "")


def validate_zip(code: str) -> str:
    """Return the five or nine digits, or say what is wrong with them.

    >>> validate_zip("02115"), validate_zip("02115-1234")
    ('02115', '021151234')
    >>> validate_zip("2115")
    Traceback (most recent call last):
    ...
    patients.identifiers.InvalidLength: ZIP code '2115' must have five or nine digits, as 02115 or 02115-1234.
    """
    if len(compact_zip(code)) not in _ZIP_LENGTHS:
        raise InvalidLength(f"ZIP code '{code}' must have five or nine digits, as 02115 or 02115-1234.", code)
    if not _ZIP.fullmatch(code.strip()):
        raise InvalidFormat(f"ZIP code '{code}' must have five or nine digits, as 02115 or 02115-1234.", code)
    if compact_zip(code).startswith("00000"):
        raise InvalidComponent(f"ZIP code '{code}' is no delivery area.", code)
    return compact_zip(code)


def is_valid_zip(code: str) -> bool:
    """Tell whether this is a well formed ZIP code of five or nine digits."""
    return _is_valid(validate_zip, code)


def format_zip(code: str) -> str:
    """Write a ZIP code as the Postal Service prints it.

    >>> format_zip("021151234"), format_zip("02115")
    ('02115-1234', '02115')
    """
    digits = compact_zip(code)
    return f"{digits[:5]}-{digits[5:]}" if digits[5:] else digits


def compact_state(code: str) -> str:
    """Take out blanks; capitals.

    >>> compact_state(" ma")
    'MA'
    """
    return code.strip().upper()


def validate_state(code: str) -> str:
    """Return the two letters, or say what is wrong with them.

    >>> validate_state("ma")
    'MA'
    >>> validate_state("XX")
    Traceback (most recent call last):
    ...
    patients.identifiers.InvalidComponent: 'XX' is no US state, territory or armed forces code.
    """
    state = compact_state(code)
    if len(state) != _STATE_LENGTH:
        raise InvalidLength(f"State '{code}' must be two letters, as MA.", code)
    if state not in STATES:
        raise InvalidComponent(f"'{code}' is no US state, territory or armed forces code.", code)
    return state


def is_valid_state(code: str) -> bool:
    """Tell whether this is a code of a US state, territory or armed forces region."""
    return _is_valid(validate_state, code)
