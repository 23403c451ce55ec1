"""A refusal becomes JSON."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from core.errors import DomainError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """`{"message": "..."}` with the status of the refusal; other errors as DRF does."""
    if isinstance(error, DomainError):
        return Response({"message": error.message}, status=error.status)
    return default_handler(error, context)
