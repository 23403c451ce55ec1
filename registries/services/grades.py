"""The grading schemes that ship with the code (requirements section 4)."""

import json
from pathlib import Path

from django.db import transaction

from registries.models import Grade, GradingScheme

DATA = Path(__file__).parent.parent / "data"


@transaction.atomic
def sync_grades() -> int:
    """Bring schemes and grades into line with the data in the code; returns how many schemes.

    The scales stand side by side; none is mapped onto another. Idempotent.
    """
    schemes = json.loads((DATA / "grades.json").read_text())
    for row in schemes:
        scheme, _ = GradingScheme.objects.update_or_create(
            slug=row["slug"], defaults={"name": row["name"], "is_public": row["is_public"]}
        )
        scheme.grades.update(is_default=False)
        for position, (slug, name) in enumerate(row["grades"]):
            Grade.objects.update_or_create(
                scheme=scheme,
                slug=slug,
                defaults={
                    "name": name,
                    "position": position,
                    "is_default": slug == row["default"],
                },
            )
    return len(schemes)
