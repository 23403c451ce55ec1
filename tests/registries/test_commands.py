"""The commands of contracts section 1: one JSON object, exit 0, 1 or 2."""

import json

import pytest
from django.core.management import call_command

from registries.models import Inspector, Target
from tests.registries.conftest import inspectors_csv, targets_csv

A = ["91341302MAXXXX031T", "埇桥甲保安服务有限公司", "汴河路1号", "张某", "保安服务"]
WRONG = ["911100001000050066", "丙公司", "汴河路3号", "王某", "保安服务"]
LIN = ["林某某", "341399199006120029", "治安大队"]
CHEN = ["陈某某", "341399198503010010", "治安大队", "皖L000001", "2023-12-31"]


@pytest.fixture
def run(bureau, tmp_path, capsys):
    """Run a command on a file; returns exit code, the object printed, standard error."""

    def call(command, data, *arguments, code="341302-gongan"):
        file = tmp_path / "list.csv"
        if data is not None:
            file.write_bytes(data)
        try:
            call_command(command, str(file), "--agency", code, *arguments)
            exit_code = 0
        except SystemExit as end:
            exit_code = end.code
        out, err = capsys.readouterr()
        assert out.count("\n") == 1
        return exit_code, json.loads(out), err

    return call


def test_a_clean_list_is_imported(run):
    code, result, err = run("import_targets", targets_csv(A))
    assert (code, err) == (0, "")
    assert result == {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "errors": []}
    assert Target.objects.count() == 1


def test_a_dry_run_writes_nothing(run):
    code, result, _ = run("import_targets", targets_csv(A), "--dry-run")
    assert (code, result["created"]) == (0, 1)
    assert not Target.objects.exists()


def test_errors_end_with_1_and_import_nothing(run):
    code, result, _ = run("import_targets", targets_csv(A, WRONG))
    assert code == 1
    assert result == {
        "rows": 2,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "errors": [
            {"row": 3, "column": "统一社会信用代码", "message": "校验位不正确，请核对最后一位"}
        ],
    }
    assert not Target.objects.exists()


def test_good_rows_may_be_let_in(run):
    code, result, _ = run("import_targets", targets_csv(A, WRONG), "--accept-good")
    assert (code, result["created"]) == (1, 1)
    assert Target.objects.get().code == A[0]


@pytest.mark.parametrize("data", [b"\x00", b"", None])
def test_an_unreadable_file_ends_with_2(run, data):
    code, result, err = run("import_targets", data)
    assert code == 2
    assert result["rows"] == 0
    assert err.startswith("refused: ")


def test_an_unknown_agency_ends_with_2(run):
    code, _, err = run("import_targets", targets_csv(A), code="999999-gongan")
    assert code == 2
    assert "没有代码为“999999-gongan”的单位" in err
    assert not Target.objects.exists()


def test_unused_columns_are_named_on_standard_error(run):
    code, _, err = run("import_targets", targets_csv([*A, "x"], more=("网址",)))
    assert (code, err) == (0, "以下列未使用：“网址”。\n")


def test_inspectors_likewise(run):
    assert run("import_inspectors", inspectors_csv(CHEN))[0] == 0
    assert Inspector.objects.get().agency.code == "341302-gongan"
    code, result, _ = run("import_inspectors", inspectors_csv(LIN[:3]))
    assert (code, [error["column"] for error in result["errors"]]) == (
        1,
        ["执法证号", "执法证有效期至"],
    )


def test_the_help_says_what_errors_do(capsys):
    with pytest.raises(SystemExit):
        call_command("import_targets", "--help")
    assert "一行也不导入" in capsys.readouterr().out.replace("\n", "").replace(" ", "")
