"""Instants as the protocol writes them."""

from datetime import UTC, datetime


def utc(at: datetime) -> str:
    """`2021-07-19T02:12:00Z` (protocol 2.1)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
