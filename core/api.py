"""A refusal becomes JSON."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from core.errors import DomainError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """`{"message", "code", "field"}` with the status of the refusal; other errors as DRF does."""
    if isinstance(error, DomainError):
        body = {"message": error.message, "code": error.code, "field": error.field}
        return Response(body, status=error.status)
    return default_handler(error, context)
