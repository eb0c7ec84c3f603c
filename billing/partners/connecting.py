"""The way to a partner, out of its row: a folder under the outbox, or its server with our secret."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from billing.adapters import ssh
from billing.adapters.door import AfterFetching, Door, PartnerError
from billing.adapters.folder import Folder
from billing.adapters.host_keys import HostKeyFault, read_host_keys
from billing.adapters.sftp import RemoteFolders, Sftp
from billing.models import TradingPartner
from billing.models.partner import Transport
from billing.partners.credentials import read_secret


def door_of(partner: TradingPartner, *, is_trial: bool = False) -> Door:
    """Return the way to the partner; it connects when it is first used. Close it, or use ``open_door``.

    Args:
        is_trial: a person waits for the answer: give up sooner.

    Raises:
        PartnerError: our secret is missing, the pinned keys cannot be read, or this site may not go there.
    """
    _refuse_production_elsewhere(partner)
    if partner.transport == Transport.SFTP:
        return Sftp(_login(partner, is_trial), _folders(partner))
    return _folder(partner)


@contextmanager
def open_door(partner: TradingPartner) -> Iterator[Door]:
    """Hand out the way to the partner and close it at the end.

    Raises:
        PartnerError: as ``door_of``.
    """
    door = door_of(partner)
    try:
        yield door
    finally:
        door.close()


def _refuse_production_elsewhere(partner: TradingPartner) -> None:
    """Keep a copy of the database from sending claims, and from fetching away the answers to those of the original."""
    if partner.usage == TradingPartner.Usage.PRODUCTION and not settings.IS_PRODUCTION:
        raise PartnerError(
            "The partner's usage is P, production, and this site is not: it does not knock at that door. Set "
            "ONCOCHARGE_ENV=production, or usage T.",
            permanent=True,
        )


def _folder(partner: TradingPartner) -> Folder:
    """Return the partner's folder in the outbox.

    The outbox itself is made only outside production: there it may be a mount, and a file laid into the
    empty place where the mount should be would be marked delivered and never seen. For the same reason the folder of a
    partner that has had files is made there by a person's trial alone.
    """
    outbox = Path(settings.CLAIM_OUTBOX)
    if not settings.IS_PRODUCTION:
        outbox.mkdir(mode=0o750, parents=True, exist_ok=True)
    if not partner.folder:
        raise PartnerError("The partner has no folder. Name one.", permanent=True)
    had_files = settings.IS_PRODUCTION and partner.files.filter(delivered_at__isnull=False).exists()
    return Folder(outbox / partner.folder, AfterFetching(partner.after_fetching), is_known=had_files)


def _login(partner: TradingPartner, is_trial: bool) -> ssh.Login:
    try:
        keys = tuple(read_host_keys(partner.host_keys))
    except HostKeyFault as fault:
        raise PartnerError(f"The pinned host keys cannot be read. {fault}", permanent=True) from fault
    secret = read_secret(name=partner.secret_name, proof=partner.proof)
    return ssh.Login(
        host=partner.host,
        port=partner.port,
        user=partner.user,
        host_keys=keys,
        key_file=secret.key_file,
        passphrase=secret.passphrase,
        password=secret.password,
        connect_seconds=ssh.TRIAL_SECONDS if is_trial else ssh.CONNECT_SECONDS,
        answer_seconds=ssh.TRIAL_SECONDS if is_trial else ssh.ANSWER_SECONDS,
        most_seconds=ssh.MOST_TRIAL_SECONDS if is_trial else ssh.MOST_SECONDS,
    )


def _folders(partner: TradingPartner) -> RemoteFolders:
    return RemoteFolders(
        outbox=partner.remote_outbox,
        inbox=partner.remote_inbox,
        archive=partner.remote_archive,
        after_fetching=AfterFetching(partner.after_fetching),
    )
