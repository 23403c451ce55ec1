import pytest
from django.core.exceptions import ValidationError

from catalog.forms import BASES, CHECKPOINTS, RowsField


def field(columns):
    return RowsField(columns=columns, required=False)


def test_rows_are_read_line_by_line():
    text = "《保安服务管理条例》|第三十七条\n\n 《治安管理处罚法》 ｜ "
    assert field(BASES).clean(text) == [
        ("《保安服务管理条例》", "第三十七条"),
        ("《治安管理处罚法》", ""),
    ]
    assert field(BASES).clean("") == []


def test_every_fault_is_named_by_its_line():
    with pytest.raises(ValidationError) as refused:
        field(CHECKPOINTS).clean("好|标准|材料\n|只有标准\n甲|乙|丙|丁\n" + "长" * 201)
    assert refused.value.messages == [
        "第 2 行：缺少检查要点。",
        "第 3 行：最多 3 段，格式为“检查要点|合格标准|需调取材料”。",
        "第 4 行：检查要点有 201 个字，最多 200 个字。",
    ]


def test_what_is_stored_reads_back_as_the_same_rows():
    rows = [("要点", "标准", "材料"), ("只有要点", "", "")]
    shown = field(CHECKPOINTS).prepare_value(rows)
    assert shown == "要点|标准|材料\n只有要点"
    assert field(CHECKPOINTS).clean(shown) == rows


def test_what_was_typed_stays_as_typed():
    assert field(BASES).prepare_value("a|b|c") == "a|b|c"


def test_a_stored_line_break_or_bar_does_not_break_the_rows():
    shown = field(CHECKPOINTS).prepare_value([("要点", "第一\n第二|三", "")])
    assert field(CHECKPOINTS).clean(shown) == [("要点", "第一 第二／三", "")]
