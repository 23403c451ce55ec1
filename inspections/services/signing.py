"""Who stands for the form: each officer by password, then the firm by signature or refusal."""

from typing import Any

from django.db import transaction

from agencies.models import User
from agencies.services import is_own_password
from core import clock
from core.audit import record
from core.errors import DomainError, IllegalMove, NotAllowed
from core.workflow import advance, lock
from inspections.flows import InspectionStatus
from inspections.models import (
    Inspection,
    OfficerConfirmation,
    Section,
    Signature,
    SignatureKind,
    SignerRole,
)
from inspections.reads.form_state import Part, Sheet
from inspections.rules.strokes import checked_strokes
from inspections.services.teams import act_for, authorize_team, handed_in_text, lock_form
from registries.models import Inspector

FEWEST = 2  # officers of one agency (I03)
WRONG = "inspections.wrong_password"


def confirm(
    section: Section, inspector: Inspector, *, password: str, actor: User, address: str = ""
) -> None:
    """Let an officer of the team stand for the section, with the own password on any team phone.

    The last officer moves the section on. A wrong password is refused, put on the trail and counted
    toward the lock of the officer's account, as at the log-in. Once more changes nothing.
    """
    user = _account_of(section, inspector, actor)
    if not is_own_password(user, password, address=address):
        _put_down(section, inspector, actor)
        raise DomainError(
            f"{inspector}的登录口令不正确，没有确认，已填内容没有变化。请由本人重新输入。"
        )
    _stand_for(section, inspector, actor)


def _account_of(section: Section, inspector: Inspector, actor: User) -> User:
    """Whose password is asked for; only the team may try one."""
    authorize_team(section, "change", actor)
    part = Sheet.load(section.inspection_id).part(section)
    if all(one.inspector != inspector for one in part.team):
        raise NotAllowed(f"{inspector}不是这一户的检查人员，不能确认。")
    user = inspector.user
    if user is None or not user.is_active:
        raise DomainError(
            f"{inspector}没有可用的登录账号，不能用口令确认。请联系本单位管理员开通账号。"
        )
    return user


@transaction.atomic
def _put_down(section: Section, inspector: Inspector, actor: User) -> None:
    record(WRONG, inspector, actor, f"确认口令不正确：{inspector}，{section}")


@transaction.atomic
def _stand_for(section: Section, inspector: Inspector, actor: User) -> None:
    lock_form(section)
    handed_in = handed_in_text(section)
    if handed_in:
        raise IllegalMove(handed_in)
    part = Sheet.load(section.inspection_id).part(section)
    if inspector not in part.waiting_for:
        return
    _check_complete(part)
    OfficerConfirmation.objects.create(
        section=section, inspector=inspector, digest=part.digest, at=clock.now()
    )
    record("inspections.officer_confirm", section, actor, f"{inspector}确认：{section}")
    if len(part.waiting_for) == 1:
        advance(section, "confirm", actor=None, digest=part.digest)


def _check_complete(part: Part) -> None:
    visit = part.sheet.inspection
    if visit.status == InspectionStatus.PENDING and not visit.is_ended:
        raise IllegalMove("还没有进入检查，不能确认。请先出示证件、告知权利并点“进入检查”。")
    if len(part.team) < FEWEST:
        raise DomainError(f"检查人员不足 {FEWEST} 名，不能确认。请联系牵头单位补充人员。")
    if part.missing:
        first = part.missing[0][1]
        raise DomainError(f"还有 {len(part.missing)} 处没有填完，不能确认。{first}")


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
        raise DomainError("请填写签字人姓名。")
    if signer_role not in SignerRole.values:
        raise DomainError("请选择签字人身份：法定代表人、负责人、委托代理人或现场负责人。")
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
        raise DomainError("请写明对方拒签的理由。")
    if not witness.strip():
        raise DomainError("请填写见证人姓名和单位。")
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
    if inspection.is_ended:
        raise DomainError("按到场情况，本次检查不需要企业签字，可直接确认后提交。")
    if sheet.unconfirmed:
        names = "、".join(part.section.agency.system.name for part in sheet.unconfirmed)
        raise IllegalMove(f"{names}的检查人员还没有全部确认。请全部确认后再请企业签字。")
    if not sheet.may_be_signed:
        raise IllegalMove("已有部门凭现在的签字提交，不能再签。已有的签字没有变化。")
    advance(inspection, "sign", actor=actor, kind=fields["kind"], digest=sheet.digest)
    return Signature.objects.create(
        inspection=inspection,
        digest=sheet.digest,
        recorded_by=actor,
        at=clock.now(),
        **fields,
    )
