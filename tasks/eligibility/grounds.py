"""What the registry knows of a target that may lift the cap, to be decided by a person (F16)."""

from collections.abc import Sequence

from draws.reasons import ExemptionReason
from registries.models import Target, TargetGrade

MANY_COMPLAINTS = 2  # 多次 is read as two


def grounds_of(targets: Sequence[Target]) -> dict[int, list[ExemptionReason]]:
    """By pk, the grounds that facts of the registry point to; a grade named 失信 is one of them."""
    dishonest = set(
        TargetGrade.objects.filter(target__in=targets, grade__name__contains="失信").values_list(
            "target_id", flat=True
        )
    )
    return {target.pk: _grounds(target, target.pk in dishonest) for target in targets}


def _grounds(target: Target, is_dishonest: bool) -> list[ExemptionReason]:
    facts = [
        (target.is_key, ExemptionReason.KEY_FIELD),
        (target.complaints >= MANY_COMPLAINTS, ExemptionReason.COMPLAINTS),
        (target.is_abnormal, ExemptionReason.ABNORMAL),
        (is_dishonest, ExemptionReason.DISHONEST),
        (target.is_blacklisted, ExemptionReason.SERIOUS),
    ]
    return [ground for holds, ground in facts if holds]
