"""Reference data of all apps: regions, roles, holidays, trades, grades, rules."""

from agencies.services import sync_reference
from catalog.services import sync_trades
from deadlines.services import sync_calendar, sync_rules
from plans.services import sync_profiles
from registries.services import sync_grades


def sync_all() -> None:
    """Bring the reference data of every app into line with what the code ships. Idempotent."""
    sync_reference()
    sync_calendar()
    sync_rules()
    sync_trades()
    sync_grades()
    sync_profiles()
