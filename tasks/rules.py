"""Rules of tasks. Pure: no database, no clock, no Django."""

from collections.abc import Iterable

FULL = "full"


def names_are_public(list_is_public: bool, scopes: Iterable[str], scheme_is_public: bool) -> bool:
    """Whether the drawn firms may be named.

    list_is_public: the time of the list has come. scopes: of publication, one for each item.
    With a limited or withheld item, or a grading that is not public, only the certificate with
    aliases is public (contracts section 4).
    """
    return list_is_public and scheme_is_public and all(scope == FULL for scope in scopes)
