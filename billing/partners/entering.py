"""Entering and changing partners and routes: what cannot be is refused by field, in words, all at once.

The database holds the same truths; here they have words. Once a file is sealed the identifiers of its interchange
stand: another sender or receiver is another partner, with control numbers of its own.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.adapters.door import AfterFetching
from billing.adapters.host_keys import HostKeyFault, read_host_keys
from billing.models import PayerRoute, TradingPartner
from billing.models.partner import SEPARATOR, TERMINATOR, UNLIKE, LineEnd, Transport
from billing.partners.credentials import secret_fault
from billing.partners.naming import pattern_fault
from billing.partners.retrying import ask_again
from billing.x12.characters import alphabet_of
from billing.x12.syntax import Separators, X12Fault
from patients.models import Payer

Faults = dict[str, list[str]]
Said = Mapping[str, Any]

IDENTIFIERS = ("sender_qualifier", "sender_id", "receiver_qualifier", "receiver_id")
FINAL = (
    "Files were sealed under {was!r}, and the receiver tells ours apart by it. Enter a new partner for the new "
    "identifier; switch this one off when its last answers have come."
)
_WRITTEN = (
    "sender_id", "receiver_id", "application_sender", "application_receiver", "submitter_id", "receiver_code",
)  # fmt: skip
_SIGNS = ("element_separator", "component_separator", "repetition_separator", "segment_terminator")
_OF_A_SERVER = {
    "host": "the name of the server", "user": "the name under which we sign in",
    "host_keys": "the server's host key: without it nobody knows whose server it is",
    "secret_name": "the file that holds our key or password", "remote_outbox": "the folder for our files",
    "remote_inbox": "the folder in which answers lie",
}  # fmt: skip


def faults_of(*, said: Said, partner: TradingPartner | None) -> Faults:
    """Return what stands against what was said of a partner, by field.

    Args:
        said: the fields that could be read; one that is missing is not asked about.
        partner: the one that is changed; ``None`` for a new one.
    """
    faults: Faults = {}
    checks: tuple[Callable[[Said, TradingPartner | None, Faults], None], ...] = (
        _check_identifiers, _check_signs, _check_written, _check_name_pattern, _check_way, _check_server,
        _check_default,
    )  # fmt: skip
    for check in checks:
        check(said, partner, faults)
    return faults


def save_partner(partner: TradingPartner) -> None:
    """Save a partner. Its control number, which an export may have raised meanwhile, is left alone.

    Raises:
        ValidationError: an identifier was changed, and a file was sealed in the same moment.
    """
    columns = [field.name for field in partner._meta.concrete_fields if field.name not in ("id", "last_control_number")]
    if partner.pk is None:
        partner.save()
        return
    try:
        with transaction.atomic():
            partner.save(update_fields=columns)
    except IntegrityError as error:
        before = TradingPartner.objects.get(pk=partner.pk)
        changed = [name for name in IDENTIFIERS if getattr(before, name) != getattr(partner, name)]
        if not changed:
            raise
        raise ValidationError({name: FINAL.format(was=getattr(before, name)) for name in changed}) from error
    ask_again(partner_id=partner.pk)


def route_payer(*, payer: Payer, partner: TradingPartner) -> str:
    """Let the partner take the payer's claims; return the name of the partner that took them before, if any."""
    with transaction.atomic():
        before = PayerRoute.objects.select_for_update().filter(payer=payer).select_related("partner").first()
        PayerRoute.objects.update_or_create(payer=payer, defaults={"partner": partner})
    return before.partner.name if before and before.partner_id != partner.pk else ""


def _check_identifiers(said: Said, partner: TradingPartner | None, faults: Faults) -> None:
    if partner is None or partner.pk is None:
        return
    before = TradingPartner.objects.get(pk=partner.pk)
    if not before.files.exists():
        return
    for name in IDENTIFIERS:
        if name in said and said[name] != getattr(before, name):
            _add(faults, name, FINAL.format(was=getattr(before, name)))


def _check_signs(said: Said, partner: TradingPartner | None, faults: Faults) -> None:
    signs = {name: said[name] for name in _SIGNS if name in said}
    for name, sign in signs.items():
        if not re.fullmatch(TERMINATOR if name == "segment_terminator" else SEPARATOR, sign):
            _add(faults, name, "Data needs this one: take no letter, digit, blank, point or hyphen, and plain ASCII.")
        if any(sign == other for another, other in signs.items() if another != name):
            _add(faults, name, UNLIKE)
    if said.get("line_end", LineEnd.NONE) != LineEnd.NONE and signs.get("segment_terminator") in ("\n", "\r"):
        _add(faults, "line_end", "The terminator ends the line already. Choose nothing.")


def _check_written(said: Said, partner: TradingPartner | None, faults: Faults) -> None:
    """Check that the identifiers can stand in a file with these delimiters."""
    signs = [said.get(name) for name in _SIGNS]
    if None in signs or len(set(signs)) < len(signs):
        return  # It is said at the delimiters.
    try:
        alphabet = alphabet_of(Separators(*map(str, signs)), extended=bool(said.get("uses_extended_characters")))
    except X12Fault as fault:
        _add(faults, "element_separator", fault.message)
        return
    for name in _WRITTEN:
        wrong = alphabet.wrong_in_identifier(str(said.get(name, "")))
        if wrong:
            _add(faults, name, f"It has {wrong}, which this partner's files cannot carry.")


def _check_name_pattern(said: Said, partner: TradingPartner | None, faults: Faults) -> None:
    fault = pattern_fault(str(said["file_name_pattern"])) if said.get("file_name_pattern") else ""
    if fault:
        _add(faults, "file_name_pattern", fault)


def _check_way(said: Said, partner: TradingPartner | None, faults: Faults) -> None:
    if said.get("transport") == Transport.FOLDER and "folder" in said and not said["folder"]:
        _add(faults, "folder", "Name the folder under the outbox.")


def _check_server(said: Said, partner: TradingPartner | None, faults: Faults) -> None:
    if said.get("host_keys"):
        try:
            read_host_keys(str(said["host_keys"]))
        except HostKeyFault as fault:
            _add(faults, "host_keys", str(fault))
    if said.get("transport") != Transport.SFTP:
        return
    for name, what in _OF_A_SERVER.items():
        if name in said and not said[name]:
            _add(faults, name, f"SFTP needs {what}.")
    if said.get("after_fetching") == AfterFetching.MOVE and not said.get("remote_archive"):
        _add(faults, "remote_archive", "Name the folder to which fetched answers are moved.")
    _check_secret(said, partner, faults)


def _check_secret(said: Said, partner: TradingPartner | None, faults: Faults) -> None:
    """Look for the secret when it is named anew; a folder that is away meanwhile must not stop other changes."""
    name, proof = said.get("secret_name"), said.get("proof")
    if not name or not proof:
        return
    before = TradingPartner.objects.filter(pk=partner.pk).first() if partner and partner.pk else None
    if before is None or (before.secret_name, before.proof) != (name, proof):
        fault = secret_fault(name=name, proof=proof)
        if fault:
            _add(faults, "secret_name", fault)


def _check_default(said: Said, partner: TradingPartner | None, faults: Faults) -> None:
    if not said.get("is_default"):
        return
    others = TradingPartner.objects.filter(is_default=True)
    other = (others.exclude(pk=partner.pk) if partner and partner.pk else others).first()
    if other is not None:
        _add(faults, "is_default", f"{other.name} does already. Take it from there first.")


def _add(faults: Faults, name: str, message: str) -> None:
    faults.setdefault(name, []).append(message)
