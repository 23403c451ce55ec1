"""The two registries: who can be inspected and who inspects (两库)."""

from registries.models.inspectors import (
    CERTIFICATE_SOON_DAYS,
    Gender,
    Inspector,
    InspectorQuerySet,
    Leave,
    LeaveQuerySet,
    Recusal,
)
from registries.models.targets import (
    FRESH_DAYS,
    Grade,
    GradingScheme,
    ItemPass,
    Target,
    TargetGrade,
    TargetKind,
    TargetQuerySet,
    TargetStatus,
)
from registries.models.uploads import (
    ImportBatch,
    Upload,
    UploadQuerySet,
)

__all__ = [
    "CERTIFICATE_SOON_DAYS",
    "FRESH_DAYS",
    "Gender",
    "Grade",
    "GradingScheme",
    "ImportBatch",
    "Inspector",
    "InspectorQuerySet",
    "ItemPass",
    "Leave",
    "LeaveQuerySet",
    "Recusal",
    "Target",
    "TargetGrade",
    "TargetKind",
    "TargetQuerySet",
    "TargetStatus",
    "Upload",
    "UploadQuerySet",
]
