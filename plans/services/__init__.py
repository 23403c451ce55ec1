"""Use cases on annual plans. Each is one transaction: all of it happens, or none of it."""

from plans.services.life import (
    adjust,
    approve,
    create_plan,
    publish,
    return_plan,
    return_reason,
    revise_plan,
    submit,
    submitter_id,
)
from plans.services.lines import check_editable, delete_line, registry, save_line
from plans.services.profiles import profile_for, sync_profiles

__all__ = [
    "adjust",
    "approve",
    "check_editable",
    "create_plan",
    "delete_line",
    "profile_for",
    "publish",
    "registry",
    "return_plan",
    "return_reason",
    "revise_plan",
    "save_line",
    "submit",
    "submitter_id",
    "sync_profiles",
]
