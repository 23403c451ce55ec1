"""Refusals. Each carries a Chinese sentence for the user and the HTTP status of the doors."""


class DomainError(Exception):
    """A rule of the field refuses the action; nothing has been changed."""

    status = 422
    title = "操作未完成"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAllowed(DomainError):
    """The actor may see the object but may not do this to it."""

    status = 403
    title = "没有权限"


class IllegalMove(DomainError):
    """The object is not in a status from which this move starts."""

    status = 409
    title = "状态已变化"
