"""`python manage.py open_administrators`: the first three accounts of a new portal."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand

from agencies.services import open_administrators
from core.errors import DomainError


class Command(BaseCommand):
    """Prints three initial passwords once; each has to be changed at the first log-in."""

    help = (
        "开通系统管理员、安全管理员、审计管理员三个账号（三员分立），初始口令只显示这一次。"
        "退出码：0 已开通；2 已有管理员，没有改动。"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Open them, or refuse when there is one already."""
        passwords = {
            role: secrets.token_urlsafe(15) for role in ("sysadmin", "secadmin", "auditor")
        }
        try:
            users = open_administrators(passwords)
        except DomainError as error:
            self.stderr.write(f"refused: {error.message}")
            raise SystemExit(2) from None
        for user in users:
            self.stdout.write(f"{user.username}\t{user.name}\t{passwords[user.username]}")
        self.stdout.write("请分别交给三人，首次登录须修改口令。")
