"""`python manage.py load_demo`: the demonstration, laid relative to today."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agencies.models import User
from core import clock
from demo.house import coordinate, found
from demo.reference import sync_all
from demo.story import DRAWING, tell
from tasks.models import Task


class Command(BaseCommand):
    """Lay the Suzhou scenario once; a second call changes nothing."""

    help = "装入演示数据（宿州 2021 年保安从业单位联合抽查，按今天的日期铺开）。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse outside a demonstration and over other data."""
        if not settings.PORTAL_DEMO:
            raise CommandError("只有演示环境（PORTAL_DEMO=1）才能装入演示数据。")
        if Task.objects.filter(title=DRAWING.title).exclude(status="draft").exists():
            self.stdout.write("演示数据已装入，没有改动。")
            return
        if User.objects.exists():
            raise CommandError(
                "数据库中已有其他数据或只装了一半的演示数据。请用 ./run --reset 重来。"
            )
        sync_all()
        found(clock.today())
        coordinate(clock.today())
        tell(clock.today())
        self.stdout.write("演示数据已装入。")
