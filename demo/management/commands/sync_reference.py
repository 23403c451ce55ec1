"""`python manage.py sync_reference`: reference data as shipped; safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from demo.reference import sync_all


class Command(BaseCommand):
    """Run after every migrate."""

    help = "装入或更新基础数据：区划、系统、角色、节假日、期限规则、行业、等级、规则配置。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync everything."""
        sync_all()
        self.stdout.write("基础数据已更新。")
