"""Instants as the protocol writes them."""

from datetime import UTC, datetime

from django.utils import timezone


def utc(at: datetime) -> str:
    """`2021-07-19T02:12:00Z` (protocol 2.1)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_text(at: datetime) -> str:
    """`7月19日 10:12` for people, in Chinese time."""
    local = timezone.localtime(at)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
