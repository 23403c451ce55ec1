"""portal.css keeps its own order: what stands later may rely on what stands earlier, never the reverse."""

import re

import pytest
from django.conf import settings

CSS = (settings.BASE_DIR / "static" / "portal.css").read_text(encoding="utf-8")
HEAD = re.compile(r"^/\* (\d+) ([^*\n]*?)(?:: [^*\n]*)?-* ?-*\*/$", re.MULTILINE)
PART = re.compile(r"^/\* (\d+)\.(\d+) ", re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
MODES = re.compile(r"\.(?:elder|contrast)\b|prefers-reduced-motion|forced-colors|prefers-contrast")
NAMED = re.compile(r"[.#\[]|::?(?!before|after)|\*")


def promised():
    """The sections as the head of the file lists them."""
    listed = re.search(r"in this order: ([^.]+)\.", CSS)[1]
    return [name.strip().casefold() for name in listed.split(",")]


def sections(css=CSS):
    """Section's name -> its text, in the file's order."""
    heads = list(HEAD.finditer(css))
    ends = [*[head.start() for head in heads[1:]], len(css)]
    return {
        head[2].strip().casefold(): css[head.end() : end]
        for head, end in zip(heads, ends, strict=True)
    }


def selectors(text):
    """Every selector of a text, those inside media queries as well."""
    plain = re.sub(r"@page[^{]*\{[^}]*\}", "", COMMENT.sub("", text))
    plain = re.sub(r"@[^{;]*\{", "", plain)
    return [
        one.strip()
        for group in re.findall(r"([^{};]+)\{", plain)
        for one in group.split(",")
        if one.strip()
    ]


def outside(css, marker, allowed):
    """The sections beyond `allowed` in which the pattern stands."""
    return [
        name
        for name, text in sections(css).items()
        if name not in allowed and re.search(marker, COMMENT.sub("", text))
    ]


def out_of_order(css):
    """What breaks the order, as sentences."""
    found = []
    if list(sections(css)) != promised():
        found.append(f"sections are {list(sections(css))}")
    numbers = [(int(head[1]), 0) for head in HEAD.finditer(css)]
    if numbers != [(at, 0) for at in range(1, len(numbers) + 1)]:
        found.append(f"section numbers are {numbers}")
    parts = [(int(part[1]), int(part[2])) for part in PART.finditer(css)]
    if parts != sorted(set(parts)):
        found.append(f"parts are {parts}")
    for what, marker, allowed in (
        ("paper", r"@media print", {"print"}),
        ("a width of the screen", r"@media \(m(?:ax|in)-width", {"smaller screens"}),
        ("a mode", MODES, {"modes", "print"}),
        ("a root token", r":root\b", {"tokens", "smaller screens"}),
    ):
        found += [f"{what} in {name}" for name in outside(css, marker, allowed)]
    for name in ("components", "pages", "smaller screens"):
        found_here = selectors(sections(css).get(name, ""))
        bare = [each for each in found_here if not NAMED.search(each) and each != "html"]
        found += [f"bare {each} in {name}" for each in bare]
    return found


def test_the_stylesheet_keeps_the_order_it_promises():
    assert out_of_order(CSS) == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            ("/* 5 Pages", "@media print { .slip { border: 0; } }\n/* 5 Pages"),
            "paper in components",
        ),
        (("/* 7 Modes", "html.elder .x { top: 0; }\n/* 8 Modes"), "a mode in smaller screens"),
        (("/* 6 Smaller", "summary { top: 0; }\n/* 6 Smaller"), "bare summary in pages"),
        (("/* 5.2 ", "/* 5.9 "), "parts are"),
        (("/* 3 Layout", "/* 3 Places"), "sections are"),
        (("/* 4 Comp", "@media (max-width: 9px) { .x { top: 0; } }\n/* 4 Comp"), "a width of the"),
    ],
)
def test_what_stands_out_of_order_is_found(fault, said):
    bent = CSS.replace(*fault, 1)
    assert bent != CSS
    assert any(said in sentence for sentence in out_of_order(bent))
