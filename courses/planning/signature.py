"""What a physician signs: the content of a plan, its digest, and whether a signature still holds.

The signature is written by the approval of the plan, once the door has proved who signs.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.core.serializers.json import DjangoJSONEncoder

from courses.models import Plan, PlanSignature
from courses.models.plan import SIGNED_COLUMNS

Content = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SignatureState:
    """A signature as a page shows it. ``changed`` names the columns that the plan no longer has as signed."""

    signature: PlanSignature
    stands: bool
    changed: tuple[str, ...]
    is_whole: bool
    """Whether the stored content still has the stored digest."""


def content_of(plan: Plan) -> Content:
    """Return what is signed of a plan, by its columns, as it is stored and hashed."""
    content = {"plan": plan.pk, **{name: getattr(plan, name) for name in SIGNED_COLUMNS}}
    return cast(Content, json.loads(_text_of(content)))


def digest_of_plan(plan: Plan) -> str:
    """Return the digest of what is signed of a plan: two plans with the same content have the same one."""
    return digest_of_content(content_of(plan))


def digest_of_content(content: Content) -> str:
    """Return the SHA-256 of the canonical text of a content: keys in order, no blanks.

    >>> digest_of_content({"b": 1, "a": 2}) == digest_of_content({"a": 2, "b": 1})
    True
    """
    return hashlib.sha256(_text_of(content).encode()).hexdigest()


def write_signature(plan: Plan) -> PlanSignature:
    """Store the signature of a plan that was just approved: its signer, moment and day are the plan's own."""
    content = content_of(plan)
    assert plan.approved_by_id is not None  # an approval with a moment has its signer: a constraint
    assert isinstance(plan.approved_on, date)
    assert plan.approved_at is not None
    return PlanSignature.objects.create(
        plan=plan,
        signed_by_id=plan.approved_by_id,
        signed_at=plan.approved_at,
        approved_on=plan.approved_on,
        content=content,
        digest=digest_of_content(content),
    )


def signatures_of(plan: Plan) -> list[SignatureState]:
    """Return every signature that the plan ever had, newest first, and which of them stands (one query)."""
    current = content_of(plan)
    return [_state_of(one, plan, current) for one in plan.signatures.select_related("signed_by")]


def _state_of(signature: PlanSignature, plan: Plan, current: Content) -> SignatureState:
    signed = cast(Content, signature.content)
    changed = tuple(name for name in SIGNED_COLUMNS if signed.get(name) != current.get(name))
    is_whole = digest_of_content(signed) == signature.digest
    stands = is_whole and not changed and plan.approved_at == signature.signed_at
    return SignatureState(signature, stands, changed, is_whole)


def _text_of(content: Content) -> str:
    return json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
