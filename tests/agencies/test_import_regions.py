"""`manage.py import_regions`: all rows or none."""

import pytest
from django.core.management import call_command

from agencies.models import Region

CSV = "code,name,parent\n341302,埇桥区,341300\n340000,安徽省,\n341300,宿州市,340000\n"
CHINESE = "区划代码,名称,上级\n340000,安徽省,\n341300,宿州市,340000\n"
JSON = (
    '[{"code": "340000", "name": "安徽省"}, {"code": 341300, "name": "宿州市", "parent": 340000}]'
)


@pytest.fixture
def run(db, tmp_path, capsys):
    def call(data):
        file = tmp_path / "regions"
        if data is not None:
            file.write_bytes(data if isinstance(data, bytes) else data.encode())
        try:
            call_command("import_regions", str(file))
            code = 0
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()

    return call


@pytest.mark.parametrize(
    ("data", "count"), [(CSV, 3), (CHINESE, 2), (CHINESE.encode("gb18030"), 2), (JSON, 2)]
)
def test_regions_are_created_with_their_parents(run, data, count):
    code, out, err = run(data)
    assert (code, err) == (0, "")
    assert out == f"已导入 {count} 个行政区划。\n"
    assert Region.objects.get(pk="341300").parent_id == "340000"
    assert Region.objects.count() == count


def test_importing_again_renames(run):
    run(CSV)
    run("code,name,parent\n341302,新名,341300\n")
    assert Region.objects.get(pk="341302").name == "新名"
    assert Region.objects.count() == 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "不存在或无法读取"),
        ("", "没有行政区划"),
        ("[", "JSON 文件不完整"),
        ("{}", "应为对象的列表"),
        ("code,name\n34130,宿州市\n", "代码“34130”应为 6 位数字"),
        ("code,name\n341300,\n", "名称应为 1 至 40 个字"),
        ("code,name\n341300,甲\n341300,乙\n", "出现了两次"),
        ("code,name,parent\n340000,安徽省,\n341302,埇桥区,341300\n", "没有上级区划 341300"),
        ("code,name,parent\n341300,宿州市,341300\n", "没有上级区划 341300"),
        ("代号,名字\n341300,宿州市\n", "代码“”应为 6 位数字"),
    ],
)
def test_one_wrong_row_keeps_all_out(run, data, message):
    code, out, err = run(data)
    assert (code, out) == (2, "")
    assert err.startswith("refused: ")
    assert message in err
    assert not Region.objects.exists()
