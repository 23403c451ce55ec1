"""Rendering a page or its fragment, and lists that turn pages by key."""

import base64
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import DomainError, NotAllowed
from core.typed import as_search

PAGE_SIZE = 20
COUNT_LIMIT = 10_000
LONGEST_SEARCH = 120
Answer = TypeVar("Answer")


def one_of(request: HttpRequest, name: str, known: Collection[str], label: str) -> str:
    """What a filter in the address asks for; empty, and said on the page, when nobody knows it."""
    wanted = request.GET.get(name, "").strip()
    if not wanted or wanted in known:
        return wanted
    messages.warning(request, f"没有“{wanted[:40]}”这个{label}，没有按它筛选。")
    return ""


def searched(request: HttpRequest, name: str = "q") -> str:
    """What a search box asks for, as it can be found; empty without one."""
    return as_search(request.GET.get(name, "").replace("\0", ""))[:LONGEST_SEARCH]


def render_page(
    request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render `folder/page.html`, or its fragment `folder/_page.html` for an htmx swap.

    A boosted link or form replaces the whole body, so it gets the whole page.
    """
    htmx = cast(Any, request).htmx
    part = htmx and not htmx.boosted
    folder, page = name.split("/")
    return render(request, f"{folder}/{'_' if part else ''}{page}.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Answer]):
    """What came of a service that a page called: true when it went through.

    `value` is what the service returned, `error` why it refused; one of the two counts.
    """

    value: Answer | None = None
    error: DomainError | None = None

    def __bool__(self) -> bool:
        return self.error is None

    @property
    def result(self) -> Answer:
        """What the service returned, where it went through."""
        if self.error is not None:
            raise self.error
        return cast(Answer, self.value)

    @property
    def status(self) -> int:
        """The HTTP status of a page that shows it."""
        return 200 if self.error is None else self.error.status


def attempt(
    form: BaseForm | None, act: Callable[..., Answer], /, *args: Any, **more: Any
) -> Outcome[Answer]:
    """Call `act` with the rest; a refusal stands in `form`, at its field, and in the outcome.

    A field that the form lacks puts the sentence above the form. What the user may not do at all
    (NotAllowed) goes on to the middleware: no form mends it.
    """
    try:
        return Outcome(value=act(*args, **more))
    except NotAllowed:
        raise
    except DomainError as error:
        if form is not None:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        return Outcome(error=error)


@dataclass(frozen=True)
class Page:
    """One page of a list. `next` and `previous` are query strings, or None at an end."""

    items: list[Any]
    next: str | None
    previous: str | None
    total: int

    @property
    def total_text(self) -> str:
        """Exact up to ten thousand, then 超过1万 (contracts section 7)."""
        return "超过1万" if self.total > COUNT_LIMIT else str(self.total)


def paginate(
    queryset: QuerySet[Any],
    request: HttpRequest,
    key: Sequence[str] = ("-pk",),
    size: int = PAGE_SIZE,
) -> Page:
    """A page of `queryset` by keyset: constant work however deep the page.

    key: the order, most significant first, ending with a unique field; `-` means descending.
    Nullable fields do not fit into a key.
    """
    total = queryset.order_by()[: COUNT_LIMIT + 1].count()
    after, backwards = _cursor(request, len(key))
    order = [_flip(name) if backwards else name for name in key]
    rows = queryset.order_by(*order)
    items = _rows_beyond(rows, order, after, size)
    more, items = len(items) > size, items[:size]
    if backwards:
        items.reverse()
    has_next = bool(items) and (more or backwards)
    has_previous = bool(items) and after is not None and (not backwards or more)
    return Page(
        items=items,
        next=_query(request, key, items[-1], "after") if has_next else None,
        previous=_query(request, key, items[0], "before") if has_previous else None,
        total=total,
    )


def _rows_beyond(
    rows: QuerySet[Any], order: Sequence[str], after: list[Any] | None, size: int
) -> list[Any]:
    """One row more than the page; a position made up by hand shows the first page."""
    if after is not None:
        try:
            return list(rows.filter(_beyond(order, after))[: size + 1])
        except (TypeError, ValidationError, ValueError):
            pass
    return list(rows[: size + 1])


def _flip(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _cursor(request: HttpRequest, length: int) -> tuple[list[Any] | None, bool]:
    """The position in the query string; a damaged one means the first page."""
    for name in ("after", "before"):
        raw = request.GET.get(name)
        if raw:
            try:
                values = json.loads(base64.urlsafe_b64decode(raw.encode()))
            except ValueError:
                return None, False
            if (
                isinstance(values, list)
                and len(values) == length
                and all(isinstance(value, str | int) for value in values)
            ):
                return values, name == "before"
    return None, False


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    condition, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        step = "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{step}": value})
        equal &= Q(**{field: value})
    return condition


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Model):
        return value.pk
    return value


def _query(request: HttpRequest, key: Sequence[str], item: Any, name: str) -> str:
    values = []
    for part in key:
        value = item
        for attribute in part.lstrip("-").split("__"):
            value = getattr(value, attribute)
        values.append(_plain(value))
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("before", None)
    query[name] = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    return query.urlencode()
