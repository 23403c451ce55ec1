"""What the two import commands share: one JSON object on standard output, and the exit code."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agencies.models import Agency
from core.errors import DomainError
from registries import reads, services

HELP = (
    "文件为 CSV（UTF-8 或 GB 18030）或 Excel，列名见导入模板。标准输出是一个 JSON 对象："
    "rows、created、updated、unchanged、errors（行号为表中的行，第一行为 1）。"
    "退出码：0 全部导入；1 有错误的行，此时一行也不导入（created、updated、unchanged 为 0），"
    "--accept-good 先导入其余各行；2 文件无法读取或没有这个单位。"
    "--dry-run 只计算，不写入，各数字是导入时的结果。"
)


class ImportCommand(BaseCommand):
    """Import a list for an agency. `kind` is target or inspector."""

    kind = ""
    help = HELP

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, the agency, and how far to go."""
        parser.add_argument("file", metavar="FILE", help="CSV 或 Excel 文件")
        parser.add_argument("--agency", metavar="CODE", required=True, help="单位代码")
        parser.add_argument("--dry-run", action="store_true", help="只计算，不写入")
        parser.add_argument("--accept-good", action="store_true", help="有错误时先导入其余各行")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, print the result, end with its exit code."""
        run = services.import_targets if self.kind == "target" else services.import_inspectors
        try:
            data, agency = read_file(options["file"]), find_agency(options["agency"])
            for warning in reads.examine(self.kind, data, agency).sheet.warnings:
                self.stderr.write(warning)
            result = run(
                data,
                Path(options["file"]).name,
                agency,
                actor=None,
                dry_run=options["dry_run"],
                accept_good=options["accept_good"],
            )
        except DomainError as error:
            self.stderr.write(f"refused: {error.message}")
            problem = {"row": 1, "column": "", "message": error.message}
            result = {"rows": 0, "created": 0, "updated": 0, "unchanged": 0, "errors": [problem]}
            self.finish(result, 2)
        self.finish(result, 1 if result["errors"] else 0)

    def finish(self, result: dict[str, Any], code: int) -> None:
        """Print the one JSON object; 0 returns, anything else ends the program."""
        self.stdout.write(json.dumps(result, ensure_ascii=False))
        if code:
            raise SystemExit(code)


def read_file(name: str) -> bytes:
    """The bytes of a file; DomainError when there is none."""
    try:
        return Path(name).read_bytes()
    except OSError:
        raise DomainError(f"文件 {name} 不存在或无法读取，请核对路径。") from None


def find_agency(code: str) -> Agency:
    """The agency with a code; DomainError when there is none."""
    agency = Agency.objects.select_related("region").filter(code=code).first()
    if agency is None:
        raise DomainError(f"没有代码为“{code}”的单位，请核对，例如 341302-gongan。")
    return agency
