"""Use cases on people, agencies and logging in. Each is one transaction."""

from agencies.services.accounts import (
    assign_roles,
    found_agency,
    grant_joint_access,
    open_account,
    reset_password,
    restore,
    set_email,
    suspend,
    sync_agencies,
    sync_roles,
)
from agencies.services.login import (
    clear_guards,
    clear_sessions,
    is_own_password,
    lift_lock,
    log_in,
    log_out,
    log_out_everywhere,
    log_out_idle,
)
from agencies.services.passwords import change_password
from agencies.services.places import sync_reference, sync_regions, sync_systems
from agencies.services.portal import name_portal
from agencies.services.setting_up import (
    Letter,
    NewAdministrator,
    NewAgency,
    accept_set_up_code,
    activate,
    issue_activation,
    make_set_up_code,
    set_up,
)

__all__ = [
    "Letter",
    "NewAdministrator",
    "NewAgency",
    "accept_set_up_code",
    "activate",
    "issue_activation",
    "make_set_up_code",
    "set_up",
    "assign_roles",
    "change_password",
    "clear_guards",
    "clear_sessions",
    "found_agency",
    "grant_joint_access",
    "is_own_password",
    "lift_lock",
    "log_in",
    "log_out",
    "log_out_everywhere",
    "log_out_idle",
    "name_portal",
    "open_account",
    "reset_password",
    "restore",
    "set_email",
    "suspend",
    "sync_agencies",
    "sync_reference",
    "sync_regions",
    "sync_roles",
    "sync_systems",
]
