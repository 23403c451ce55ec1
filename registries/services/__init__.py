"""Use cases on the two registries. Each is one transaction: all of it happens, or none of it."""

from registries.services.access import hold_registries, may_maintain, require_maintain
from registries.services.availability import add_leave, end_leave, reachable, set_reach
from registries.services.grades import sync_grades
from registries.services.importing import (
    ImportPreview,
    examine,
    import_inspectors,
    import_targets,
)
from registries.services.inspectors import (
    declare_recusal,
    end_recusal,
    may_declare,
    require_declare,
    retire_inspector,
    save_inspector,
)
from registries.services.reveal import reveal
from registries.services.targets import grade_target, retire_target, save_target
from registries.services.uploads import (
    annotated_upload,
    confirm_upload,
    discard_upload,
    examine_upload,
    keep_upload,
    require_import,
)

__all__ = [
    "ImportPreview",
    "add_leave",
    "annotated_upload",
    "confirm_upload",
    "declare_recusal",
    "discard_upload",
    "end_leave",
    "end_recusal",
    "examine",
    "examine_upload",
    "grade_target",
    "hold_registries",
    "import_inspectors",
    "import_targets",
    "keep_upload",
    "may_declare",
    "may_maintain",
    "reachable",
    "require_declare",
    "require_import",
    "require_maintain",
    "retire_inspector",
    "retire_target",
    "reveal",
    "save_inspector",
    "save_target",
    "set_reach",
    "sync_grades",
]
