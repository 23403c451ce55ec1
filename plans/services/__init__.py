"""Use cases on annual plans. Each is one transaction: all of it happens, or none of it."""

from plans.services.life import (
    adjust,
    approve,
    create_plan,
    publish,
    return_plan,
    revise_plan,
    submit,
)
from plans.services.lines import delete_line, save_line
from plans.services.profiles import (
    confirm_profile,
    propose_profile,
    refuse_profile,
    sync_profiles,
)

__all__ = [
    "adjust",
    "approve",
    "confirm_profile",
    "create_plan",
    "delete_line",
    "propose_profile",
    "publish",
    "refuse_profile",
    "return_plan",
    "revise_plan",
    "save_line",
    "submit",
    "sync_profiles",
]
