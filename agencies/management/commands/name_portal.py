"""`python manage.py name_portal NAME`: what the portal is called on every page and in every letter."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agencies.services import name_portal
from core.errors import DomainError


class Command(BaseCommand):
    """The row it writes wins over PORTAL_SITE_NAME."""

    help = "设定平台名称，页面和邮件在一分钟内改用新名称。退出码：0 已设定；2 名称有误，没有改动。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The name."""
        parser.add_argument("name", metavar="NAME", help="平台名称")

    def handle(self, *args: Any, **options: Any) -> None:
        """Name it, or say why not."""
        try:
            portal = name_portal(options["name"], None)
        except DomainError as error:
            self.stderr.write(f"refused: {error.message}")
            raise SystemExit(2) from None
        self.stdout.write(f"平台名称：{portal}")
