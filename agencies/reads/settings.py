"""The pages of 设置, as tabs: each reader sees those that open."""

from dataclasses import dataclass

from django.urls import reverse

from agencies.models import User
from agencies.reads import why_not_view_accounts

TABS = {
    "agencies:users": "账号",
    "agencies:regions": "行政区划",
    "catalog:trades": "行业",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One word on a row of reference data, with its look."""

    kind: str
    words: str
    icon: str


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the settings."""

    url: str
    label: str
    is_current: bool


def settings_tabs(reader: User, current: str) -> list[Tab]:
    """The tabs for `reader`; `current` names the address of this page."""
    closed = {"agencies:users"} if why_not_view_accounts(reader) else set()
    return [
        Tab(reverse(name), label, name == current)
        for name, label in TABS.items()
        if name not in closed
    ]
