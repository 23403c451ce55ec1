"""Speaking to the person at the terminal."""

import os
import sys
from collections.abc import Callable


class Refused(Exception):
    """Something stands in the way; the text is one clear sentence for the person at the terminal."""


class Stop(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived."""


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def explained(main: Callable[[], int]) -> int:
    """The exit code of `main`; a refusal becomes its sentence and exit code 1."""
    try:
        return main()
    except Refused as refusal:
        sys.stdout.flush()
        sys.stderr.write(f"{refusal}\n")
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
