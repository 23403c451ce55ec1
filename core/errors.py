"""Refusals as data: a Chinese sentence for the user, and what doors need to place it.

A *refusal* is a value: `why_not_<verb>(obj, actor) -> Refusal | None` answers "may I?" for the page,
which shows the button or the reason, and for the service, which demands the same answer. A
`DomainError` is a refusal that was raised. Doors tell errors apart by class, `code` and `field`,
never by their words.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction


class DomainError(Exception):
    """A rule of the field refuses the action; nothing has been changed.

    message: what is wrong, what is safe, what to do next. field: the input it is about, as forms
    and the API name it. code: a slug for machines. data: ids and values, never personal data.
    """

    status = 422
    title = "操作未完成"

    def __init__(self, message: str, *, field: str = "", code: str = "", **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code
        self.data = data


class NotAllowed(DomainError):
    """The actor may see the object but may not do this to it."""

    status = 403
    title = "没有权限"


class IllegalMove(DomainError):
    """The object is not in a status from which this move starts."""

    status = 409
    title = "状态已变化"


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act cannot be done now, before anybody tried."""

    message: str
    field: str = ""
    code: str = ""
    error: type[DomainError] = DomainError
    data: dict[str, Any] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.message

    @property
    def is_access(self) -> bool:
        """Whether it says who may not, and nothing of the object."""
        return issubclass(self.error, NotAllowed)

    @property
    def reason(self) -> str:
        """The sentence where the button would stand; empty for those whose button it is not."""
        return "" if self.is_access else self.message

    def raised(self) -> DomainError:
        """The refusal as the error that a service raises."""
        return self.error(self.message, field=self.field, code=self.code, **self.data)


def demand(refusal: Refusal | None) -> None:
    """Raise what a `why_not_…` answered; nothing happens where nothing speaks against it."""
    if refusal is not None:
        raise refusal.raised()


def demand_access(refusal: Refusal | None) -> None:
    """Raise it only when it says who may not.

    For pages that show a form all the same: whatever else stands in the way is told beside it.
    """
    if refusal is not None and refusal.is_access:
        raise refusal.raised()


@contextmanager
def unique(
    constraint: str | tuple[str, ...],
    message: str,
    *,
    field: str = "",
    code: str = "",
    error: type[DomainError] = DomainError,
) -> Iterator[None]:
    """Turn a breach of the database's `constraint` (or of one of several) into an `error` with `message`.

    Runs its body in a savepoint, so that the transaction around it stays usable. A breach of any
    other constraint is a fault of ours and goes on as it is.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as breach:
        known = (constraint,) if isinstance(constraint, str) else constraint
        name = constraint_of(breach)
        if name not in known:
            raise
        raise error(message, field=field, code=code or name) from breach


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint that the database refused by, or an empty text."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
