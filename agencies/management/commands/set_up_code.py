"""`python manage.py set_up_code`: the one-time code of the first-run pages."""

from typing import Any

from django.core.management.base import BaseCommand

from agencies.services import make_set_up_code
from core.errors import DomainError


class Command(BaseCommand):
    """Prints a new code; the one before it no longer works."""

    help = "为空的平台生成首次设置码，用于 /setup/ 页面。退出码：0 已生成；2 平台已经设置过，没有改动。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or refuse once there is an administrator."""
        try:
            self.stdout.write(make_set_up_code())
        except DomainError as error:
            self.stderr.write(f"refused: {error.message}")
            raise SystemExit(2) from None
