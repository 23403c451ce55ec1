"""Rules of logging in."""

from datetime import timedelta

import pytest

from agencies import rules


@pytest.mark.parametrize(
    ("password", "count"),
    [("abc", 1), ("abC", 2), ("abC1", 3), ("abC1-", 4), ("口令", 1), ("口令a1", 3), ("", 0)],
)
def test_classes_of_characters_are_counted(password, count):
    assert rules.character_classes(password) == count


@pytest.mark.parametrize(
    ("password", "plain"),
    [
        ("suihe2021", True),
        ("Suihe2021", False),
        ("suihe-2021", False),
        ("suiheqiaobian", True),  # 13
        ("suiheqiaobianl", False),  # 14
    ],
)
def test_variety_or_length(password, plain):
    assert bool(rules.why_too_plain(password)) is plain


@pytest.mark.parametrize(
    ("password", "name", "holds"),
    [
        ("X-Zhang.San-9", "zhang.san", True),
        ("9-nas.gnahz-X", "zhang.san", True),
        ("Lin-He 2021", "lin", False),
        ("LIN", "lin", True),
        ("Bian-He 2021", "zhang", False),
        ("anything", "", False),
    ],
)
def test_the_user_name_is_no_part_of_a_password(password, name, holds):
    assert rules.holds_name(password, name) is holds


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "address"),
    [
        ("10.0.0.9", "", 0, "10.0.0.9"),
        ("10.0.0.9", "1.2.3.4", 0, "10.0.0.9"),  # a claim of the client
        ("127.0.0.1", "1.2.3.4", 1, "1.2.3.4"),
        ("127.0.0.1", "6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),  # the left part is a claim
        ("127.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.1", 2, "1.2.3.4"),
        ("127.0.0.1", "", 1, "127.0.0.1"),
        ("127.0.0.1", "nonsense", 1, ""),
        ("", "", 0, ""),
        ("2001:DB8::1", "", 0, "2001:db8::1"),
    ],
)
def test_only_our_own_proxies_are_believed(remote, forwarded, proxies, address):
    assert rules.client_address(remote, forwarded, proxies) == address


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_addresses_of_one_connection_are_one(address, key):
    assert rules.address_key(address) == key


def test_spellings_of_a_name_are_one():
    assert rules.account_key(" ＬＥＡＤ ") == rules.account_key("lead") == "lead"


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (59, 1), (60, 1), (61, 2), (1200, 20)])
def test_minutes_are_rounded_up(seconds, minutes):
    assert rules.minutes_left(timedelta(seconds=seconds)) == minutes
