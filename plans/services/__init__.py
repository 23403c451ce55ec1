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
from plans.services.profiles import sync_profiles

__all__ = [
    "adjust",
    "approve",
    "create_plan",
    "delete_line",
    "publish",
    "return_plan",
    "revise_plan",
    "save_line",
    "submit",
    "sync_profiles",
]
