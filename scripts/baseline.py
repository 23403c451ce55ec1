"""mypy over the whole tree, held against `mypy-baseline.txt`: what stands there may only get less.

    python -m scripts.baseline             a new error fails; so does one that is gone and still listed
    python -m scripts.baseline --shrink    strike what is gone and follow files that moved

An entry is the file and what mypy says, without the line: work elsewhere in the file does not move
it. The same sentence twice in a file stands there twice.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from scripts.console import Refused, explained, say

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / "mypy-baseline.txt"
ERROR = re.compile(r"^(?P<path>[^:]+):(?P<line>\d+): error: (?P<said>.*)$")
# The plugin reads the settings, and these have no default. Nothing is connected to.
SETTINGS = {
    "DATABASE_URL": "postgres://nobody@localhost/none",
    "REDIS_URL": "redis://localhost/0",
    "DJANGO_SECRET_KEY": "only-for-reading-the-settings",
    "PORTAL_FIELD_KEY": "only-for-reading-the-settings",
    "PORTAL_HTTPS": "0",
}


def entry(path: str, said: str) -> str:
    """One line of the baseline; numbers of lines inside the sentence go too."""
    return f"{path}: {re.sub(r'on line [0-9]+', 'on line …', said)}"


def errors(output: str) -> dict[str, list[str]]:
    """Entry -> the lines of mypy that say it, from what mypy printed."""
    found: dict[str, list[str]] = {}
    for line in output.splitlines():
        if match := ERROR.match(line):
            found.setdefault(entry(match["path"], match["said"]), []).append(line)
    return found


def read(text: str) -> Counter[str]:
    """The entries of a baseline file, each as often as it stands there."""
    return Counter(line for line in text.splitlines() if line and not line.startswith("#"))


def written(entries: Iterable[str]) -> str:
    """A baseline file with these entries."""
    lines = ["# What mypy still finds. Only ever shorter: python -m scripts.baseline --shrink"]
    return "\n".join([*lines, *sorted(entries)]) + "\n"


def sentences(entries: Counter[str]) -> Counter[str]:
    """How often each sentence is said in the whole tree, wherever its file stands."""
    told: Counter[str] = Counter()
    for one, times in entries.items():
        told[one.split(": ", 1)[1]] += times
    return told


def verdict(known: Counter[str], found: dict[str, list[str]]) -> list[str]:
    """What is wrong, in lines for the person at the terminal; empty when all is well."""
    now = Counter({one: len(lines) for one, lines in found.items()})
    new = [f"new: {line}" for one in sorted(now - known) for line in found[one]]
    gone = [f"gone, strike it with --shrink: {one}" for one in sorted((known - now).elements())]
    return new + gone


def shrunk(known: Counter[str], found: dict[str, list[str]]) -> str:
    """The baseline of today; refused where a sentence is said more often than before."""
    now = Counter({one: len(lines) for one, lines in found.items()})
    more = sentences(now) - sentences(known)
    if more:
        lines = [f"  {one}" for one in sorted(now - known) if one.split(": ", 1)[1] in more]
        raise Refused("\n".join(["The baseline may only shrink; these are new:", *lines]))
    return written(now.elements())


def mypy() -> str:
    """What mypy prints about the tree."""
    command = [sys.executable, "-m", "mypy", "--no-pretty", "--no-error-summary"]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env=SETTINGS | os.environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if ran.returncode not in {0, 1} or "errors prevented further checking" in ran.stdout:
        raise Refused(f"mypy did not run.\n{ran.stdout}{ran.stderr}")
    return ran.stdout


def main() -> int:
    """0 when the tree and the baseline agree."""
    known, found = read(BASELINE.read_text("utf-8")), errors(mypy())
    if sys.argv[1:] == ["--shrink"]:
        BASELINE.write_text(shrunk(known, found), "utf-8")
        return 0
    wrong = verdict(known, found)
    for line in wrong:
        say(line)
    say(f"{sum(map(len, found.values()))} errors, {known.total()} in the baseline")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(explained(main))
