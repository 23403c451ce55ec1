"""What a Chinese keyboard makes of a code, a number or a name: full-width signs and ideographic spaces.

Pure, and the one place where they are turned into plain ones: forms and sheets ask here. Names and
remarks never come here, for their punctuation is full-width by right.
"""

import re

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
LETTERS_AND_DIGITS = {code: plain for code, plain in FULL_WIDTH.items() if chr(plain).isalnum()}
SPACES = dict.fromkeys((0x3000, 0xA0), 0x20)
HAN = re.compile("[\u3400-\u9fff]")


def as_code(text: str) -> str:
    """A code, a number, a date, an address of mail: every full-width sign is meant as a plain one."""
    return text.translate(FULL_WIDTH | SPACES).strip()


def as_search(text: str) -> str:
    """What is looked for: a code, or Chinese words, whose punctuation stays (（集团） is not (集团))."""
    if HAN.search(text):
        return text.translate(LETTERS_AND_DIGITS).strip()
    return as_code(text)
