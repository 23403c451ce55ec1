"""The tools of the browser scripts: Node.js comes with the venv, eslint and tsc from package-lock.json."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from scripts.console import Refused, say
from scripts.venv import last_lines

LOCKED = ("package.json", "package-lock.json", ".npmrc")


class NodeModules:
    """`node_modules` of the checkout at `root`, filled by the npm in the folder `programs`."""

    def __init__(self, root: Path, programs: Path) -> None:
        self.root = root
        self.programs = programs
        self.folder = root / "node_modules"
        self.stamp = self.folder / ".portal-stamp"

    def fill(self) -> None:
        """Install what the lock says, unless that was done already; a second ./test waits."""
        held = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            if self._stamped() != self.digest():
                self._install()
        finally:
            os.close(held)

    def digest(self) -> str:
        """What the stamp says: the content of all that decides what is installed."""
        content = b"\0".join((self.root / name).read_bytes() for name in LOCKED)
        return hashlib.sha256(content).hexdigest()

    def environment(self) -> dict[str, str]:
        """npm starts `node` by its name, so the venv's own stands first."""
        path = f"{self.programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        return os.environ | {"PATH": path}

    def _stamped(self) -> str:
        return self.stamp.read_text().strip() if self.stamp.exists() else ""

    def _install(self) -> None:
        say("Installing the tools of the browser scripts from package-lock.json")
        shutil.rmtree(self.folder, ignore_errors=True)
        done = subprocess.run(
            [self.programs / "npm", "ci", "--no-progress"],
            cwd=self.root,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Refused(f"npm could not install package-lock.json:\n{last_lines(done.stderr)}")
        self.stamp.write_text(self.digest() + "\n")
