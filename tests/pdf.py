"""Reading PDFs back, with the programs of poppler."""

import re
import subprocess


def poppler(program, data, *arguments):
    done = subprocess.run(
        [program, *arguments], input=data, capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode()


def text_of(data):
    """The words of a PDF, without any space."""
    return re.sub(r"\s+", "", poppler("pdftotext", data, "-layout", "-", "-"))


def reading_of(data):
    """The words cell by cell in the order of reading, without any space."""
    return re.sub(r"\s+", "", poppler("pdftotext", data, "-raw", "-", "-"))


def lines_of(data):
    """The words of a PDF line by line, without the spaces inside."""
    text = poppler("pdftotext", data, "-layout", "-", "-")
    return [re.sub(r"\s+", "", line) for line in text.splitlines()]


def pages_of(data):
    return int(re.search(r"Pages:\s+(\d+)", poppler("pdfinfo", data, "-"))[1])


def fonts_of(data):
    """Whether each font is embedded."""
    rows = poppler("pdffonts", data, "-").splitlines()[2:]
    return {row.split()[0]: row.split()[-5] == "yes" for row in rows}
