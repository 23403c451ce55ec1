"""Who stands for the form: each officer by password, then the firm by signature or refusal."""

from typing import Any

from django.db import transaction

from agencies.models import User
from agencies.services import is_own_password
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from core.workflow import advance, lock
from inspections.models import (
    Inspection,
    OfficerConfirmation,
    Section,
    Signature,
    SignatureKind,
    SignerRole,
)
from inspections.reads.form_state import Sheet
from inspections.reads.refusals import (
    why_not_be_asked,
    why_not_change,
    why_not_sign,
    why_not_stand_for,
)
from inspections.rules.strokes import checked_strokes
from inspections.services.teams import act_for, lock_form
from registries.models import Inspector

WRONG = "inspections.wrong_password"


def confirm(
    section: Section, inspector: Inspector, *, password: str, actor: User, address: str
) -> None:
    """Let an officer of the team stand for the section, with the own password on any team phone.

    The last officer moves the section on. A wrong password is refused, put on the trail and counted
    toward the lock of the officer's account, as at the log-in. Once more changes nothing.
    """
    part = Sheet.load(section.inspection_id).part(section)
    demand(why_not_be_asked(part, inspector, actor))
    user = inspector.user
    if user is None or not is_own_password(user, password, address=address):
        _put_down(section, inspector, actor)
        text = f"{inspector}的登录口令不正确，没有确认，已填内容没有变化。请由本人重新输入。"
        raise DomainError(text, field="password", code="wrong_password")
    _stand_for(section, inspector, actor)


@transaction.atomic
def _put_down(section: Section, inspector: Inspector, actor: User) -> None:
    record(WRONG, inspector, actor, f"确认口令不正确：{inspector}，{section}")


@transaction.atomic
def _stand_for(section: Section, inspector: Inspector, actor: User) -> None:
    lock_form(section)
    demand(why_not_change(section))
    part = Sheet.load(section.inspection_id).part(section)
    if inspector not in part.waiting_for:
        return
    demand(why_not_stand_for(part))
    OfficerConfirmation.objects.create(
        section=section, inspector=inspector, digest=part.digest, at=clock.now()
    )
    record("inspections.officer_confirm", section, actor, f"{inspector}确认：{section}")
    if len(part.waiting_for) == 1:
        advance(section, "confirm", actor=None, digest=part.digest)


@transaction.atomic
def sign(
    inspection: Inspection,
    *,
    signer_name: str,
    signer_role: str,
    strokes: Any,
    opinion: str = "",
    actor: User,
) -> Signature:
    """Keep the firm's drawn signature under the form as it is now (I04).

    strokes: see `rules.strokes.checked_strokes`. Raises DomainError for an empty one, IllegalMove before
    all sections are confirmed.
    """
    drawn = checked_strokes(strokes)
    if not signer_name.strip():
        raise DomainError("请填写签字人姓名。", field="signer_name")
    if signer_role not in SignerRole.values:
        text = "请选择签字人身份：法定代表人、负责人、委托代理人或现场负责人。"
        raise DomainError(text, field="signer_role")
    return _keep(
        inspection,
        actor,
        kind=SignatureKind.SIGNED,
        signer_name=signer_name.strip(),
        signer_role=signer_role,
        strokes=drawn,
        opinion=opinion.strip(),
    )


@transaction.atomic
def refuse_signature(
    inspection: Inspection, *, reason: str, witness: str, actor: User
) -> Signature:
    """Record truthfully that the firm refused to sign, why, and who saw it (I05)."""
    if not reason.strip():
        raise DomainError("请写明对方拒签的理由。", field="reason")
    if not witness.strip():
        raise DomainError("请填写见证人姓名和单位。", field="witness")
    return _keep(
        inspection,
        actor,
        kind=SignatureKind.REFUSED,
        reason=reason.strip(),
        witness=witness.strip(),
    )


def _keep(inspection: Inspection, actor: User, **fields: Any) -> Signature:
    act_for(inspection, actor)
    lock(inspection)
    sheet = Sheet.load(inspection.pk)
    demand(why_not_sign(sheet, actor))
    advance(inspection, "sign", actor=actor, kind=fields["kind"], digest=sheet.digest)
    return Signature.objects.create(
        inspection=inspection,
        digest=sheet.digest,
        recorded_by=actor,
        at=clock.now(),
        **fields,
    )
