"""The rules of each jurisdiction, shipped as data."""

import json
from pathlib import Path

from django.db import transaction

from plans.models import RuleProfile

DATA = Path(__file__).parent.parent / "data"


@transaction.atomic
def sync_profiles() -> int:
    """Add the rule profiles of the seeds that are missing; returns how many there are.

    Idempotent, after the regions. A version that exists is never changed: tasks name it.
    """
    rows = json.loads((DATA / "profiles.json").read_text())
    for row in rows:
        RuleProfile.objects.get_or_create(
            region_id=row["region"],
            version=row["version"],
            defaults={name: row[name] for name in row.keys() - {"region", "version"}},
        )
    return len(rows)
