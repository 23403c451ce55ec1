"""What is shown of people's names and numbers where the whole is nobody's business. Plain Python."""

_DOUBLE = """
欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 夏侯 端木 南宫 西门 东郭 百里
呼延 轩辕 闻人 申屠 太史 公冶 澹台 赫连 钟离 鲜于 闾丘 司空 独孤 完颜 纳兰
"""
DOUBLE_SURNAMES = frozenset(_DOUBLE.split())


def masked_name(name: str) -> str:
    """陈立伟 → 陈某, 欧阳峰 → 欧阳某; empty stays empty."""
    text = name.strip()
    if not text:
        return ""
    is_double = text[:2] in DOUBLE_SURNAMES and len(text) > 2
    return f"{text[:2] if is_double else text[:1]}某"


def masked_citizen_id(number: str) -> str:
    """341302********0011; anything shorter than 15 is hidden whole."""
    return _masked(number.strip(), 15, 6)


def masked_phone(number: str) -> str:
    """138****5678; anything shorter than 11 is hidden whole."""
    return _masked(number.strip(), 11, 3)


def _masked(text: str, shortest: int, head: int) -> str:
    if len(text) < shortest:
        return "*" * len(text)
    return f"{text[:head]}{'*' * (len(text) - head - 4)}{text[-4:]}"
