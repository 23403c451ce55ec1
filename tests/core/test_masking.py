import pytest

from core import masking


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张某某", "张某"),
        ("李四", "李某"),
        ("欧阳长河", "欧阳某"),
        ("欧阳", "欧某"),
        (" 王五 ", "王某"),
        ("", ""),
    ],
)
def test_names(name, masked):
    assert masking.masked_name(name) == masked


def test_numbers():
    assert masking.masked_citizen_id("341399198503010010") == "341399********0010"
    assert masking.masked_citizen_id("12345") == "*****"
    assert masking.masked_phone("13800000000") == "138****0000"
    assert masking.masked_phone("110") == "***"
    assert masking.masked_phone("") == ""
