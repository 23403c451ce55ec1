"""What the registry knows of a target that may lift the cap, to be decided by a person (F16)."""

from collections.abc import Sequence

from registries.models import Target, TargetGrade
from tasks.models import Ground

MANY_COMPLAINTS = 2  # 多次 is read as two


def grounds_of(targets: Sequence[Target]) -> dict[int, list[Ground]]:
    """By pk, the grounds that facts of the registry point to; a grade named 失信 is one of them."""
    dishonest = set(
        TargetGrade.objects.filter(target__in=targets, grade__name__contains="失信").values_list(
            "target_id", flat=True
        )
    )
    return {target.pk: _grounds(target, target.pk in dishonest) for target in targets}


def _grounds(target: Target, is_dishonest: bool) -> list[Ground]:
    facts = [
        (target.is_key, Ground.KEY_FIELD),
        (target.complaints >= MANY_COMPLAINTS, Ground.COMPLAINTS),
        (target.is_abnormal, Ground.ABNORMAL),
        (is_dishonest, Ground.DISHONEST),
        (target.is_blacklisted, Ground.SERIOUS),
    ]
    return [ground for holds, ground in facts if holds]
