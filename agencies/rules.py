"""Rules of logging in and of region codes: plain values in, plain values out."""

import secrets
import unicodedata
from collections.abc import Container
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

LONG = 14  # characters; from here on length makes up for variety
CLASSES = 3  # of capitals, small letters, digits, other characters
NAME_LENGTH = 4  # shorter user names turn up in good passwords by chance


def character_classes(password: str) -> int:
    """How many of the four classes occur: capitals, small letters, digits, all others."""
    kinds = [str.isupper, str.islower, str.isdecimal]
    found = sum(any(kind(char) for char in password) for kind in kinds)
    return found + any(not any(kind(char) for kind in kinds) for char in password)


def why_too_plain(password: str) -> str | None:
    """Why the password has too little variety for its length, or None."""
    if len(password) >= LONG or character_classes(password) >= CLASSES:
        return None
    return f"口令须含大写字母、小写字母、数字、符号中的三种，或者不少于 {LONG} 个字符。"


def holds_name(password: str, username: str) -> bool:
    """Whether the user name is the password or, unless very short, a part of it, either way round."""
    said, name = password.casefold(), username.casefold()
    if not name:
        return False
    names = {name, name[::-1]}
    if len(name) < NAME_LENGTH:
        return said in names
    return any(each in said for each in names)


def account_key(typed: str) -> str:
    """The user name as the locks count it: spelling variants are one name."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def client_address(remote: str, forwarded: str, proxies: int) -> str:
    """The address a request comes from; empty when unknown.

    remote: the peer of the connection. forwarded: X-Forwarded-For, to which each proxy adds its
    peer at the right. proxies: how many of ours stand in front; with none the header is a claim of
    the client and does not count.
    """
    chain = [part.strip() for part in forwarded.split(",") if part.strip()]
    told = chain[-proxies] if 0 < proxies <= len(chain) else remote
    try:
        return str(ip_address(told))
    except ValueError:
        return ""


def address_key(address: str) -> str:
    """The address as the locks count it: an IPv6 connection owns 64 bits, so these are one."""
    parsed = ip_address(address)
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"


def minutes_left(left: timedelta) -> int:
    """Whole minutes to wait, rounded up, at least one."""
    return max(1, -(-int(left.total_seconds()) // 60))


ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read as something else
CODE_LENGTH = 12  # 59 bits
COORDINATION = "zonghe"  # the system of the coordinating office, which does not inspect


def new_code() -> str:
    """A code for one use, `7GK2-MWQ4-XH9T`."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(text[at : at + 4] for at in range(0, CODE_LENGTH, 4))


def plain_code(typed: str) -> str:
    """A code as it is compared: full-width forms, small letters, blanks and hyphens do not matter."""
    text = unicodedata.normalize("NFKC", typed).upper()
    return "".join(char for char in text if char in ALPHABET)


def region_above(code: str, known: Container[str]) -> str | None:
    """The code of the region that `code` belongs to, by GB/T 2260; None for a province.

    Directly governed places (419001) and the districts of 北京 have no city above them: theirs is not
    among the `known` ones, and the province is.
    """
    if code.endswith("0000"):
        return None
    city = f"{code[:4]}00"
    return city if code != city and city in known else f"{code[:2]}0000"


def is_governed_by_province(code: str) -> bool:
    """Whether the code is one of those directly below a province (省直辖县级行政区划)."""
    return code[2:4] == "90" and not code.endswith("00")
