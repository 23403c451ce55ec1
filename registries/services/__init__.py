"""Use cases on the two registries. Each is one transaction: all of it happens, or none of it."""

from registries.services.availability import add_leave, end_leave, set_reach
from registries.services.grades import sync_grades
from registries.services.holding import share_registries, still_registries
from registries.services.importing import import_inspectors, import_targets
from registries.services.inspectors import (
    declare_recusal,
    end_recusal,
    retire_inspector,
    save_inspector,
)
from registries.services.reveal import reveal
from registries.services.targets import grade_target, retire_target, save_target
from registries.services.uploads import confirm_upload, discard_upload, keep_upload

__all__ = [
    "add_leave",
    "confirm_upload",
    "declare_recusal",
    "discard_upload",
    "end_leave",
    "end_recusal",
    "grade_target",
    "import_inspectors",
    "import_targets",
    "keep_upload",
    "retire_inspector",
    "retire_target",
    "reveal",
    "save_inspector",
    "save_target",
    "set_reach",
    "share_registries",
    "still_registries",
    "sync_grades",
]
