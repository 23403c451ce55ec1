"""`python manage.py activation_code USERNAME`: a new code for an account nobody has taken over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from agencies.models import User
from agencies.services import issue_activation
from core.errors import DomainError


class Command(BaseCommand):
    """For a letter that was lost; two people are present, and it is on the trail."""

    help = "为尚未激活的账号重新生成激活码。退出码：0 已生成；2 没有这个账号或已经激活，没有改动。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose."""
        parser.add_argument("username", metavar="USERNAME", help="用户名")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say why not."""
        user = User.objects.filter(username=options["username"]).first()
        try:
            if user is None:
                raise DomainError(f"没有用户名为“{options['username']}”的账号。")
            letter = issue_activation(user, actor=None)
        except DomainError as error:
            self.stderr.write(f"refused: {error.message}")
            raise SystemExit(2) from None
        until = timezone.localtime(letter.expires_at)
        self.stdout.write(f"{user.username}\t{letter.code}\t有效期至 {until:%Y-%m-%d %H:%M}")
