"""What a request asks of a page: filters as links, and the data of a form."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from core.pages import one_of


@dataclass(frozen=True)
class FilterOption:
    """One value of a filter. `query` is the address that chooses it, or lets it go when chosen."""

    label: str
    query: str
    is_on: bool


@dataclass(frozen=True)
class ListFilter:
    """One filter of a list; `chosen` is the thing chosen, or None."""

    name: str
    label: str
    options: list[FilterOption]
    chosen: Any

    @classmethod
    def of(
        cls, request: HttpRequest, name: str, label: str, things: list[tuple[str, str, Any]]
    ) -> "ListFilter":
        """From the query string. things: value in the address, words, thing."""
        wanted = one_of(request, name, [value for value, _, _ in things], label)
        options, found = [], None
        for value, words, thing in things:
            is_on = value == wanted
            if is_on:
                found = thing
            options.append(
                FilterOption(words, first_page(request, name, "" if is_on else value), is_on)
            )
        return cls(name, label, options, found)


def first_page(request: HttpRequest, name: str, value: str) -> str:
    """The query string of the first page with one parameter set, or dropped when empty."""
    query = request.GET.copy()
    for key in ("after", "before", name):
        query.pop(key, None)
    if value:
        query[name] = value
    return f"?{query.urlencode()}"


def chosen(filters: list[ListFilter], name: str) -> Any:
    """What is chosen in the filter called `name`."""
    return next(one.chosen for one in filters if one.name == name)


def posted(request: HttpRequest, *more: Any) -> tuple[Any, ...]:
    """What a form is bound to: the posted data, or nothing when the page is only looked at."""
    return (request.POST, *more) if request.method == "POST" else ()
