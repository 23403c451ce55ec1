"""The state folder: clusters, media, logs and secrets of one checkout, outside the code."""

import base64
import fcntl
import hashlib
import os
import pwd
import re
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.console import Refused

LONGEST_SOCKET = 100  # bytes; Linux refuses paths of 108 and more
PARTS = ("postgres", "redis", "sockets", "media", "static", "logs", "beat", "tls", "cache")
SECRETS = ("django_secret_key", "portal_field_key", "database_password", "redis_password")
DEMO_STAMP = "demo-loaded"


def folder_for(root: Path, environ: Mapping[str, str], *, is_root: bool, kind: str = "") -> Path:
    """Where the state of the checkout at `root` lives; that of a `kind` (test, empty) lies beside it."""
    if environ.get("PORTAL_STATE"):
        folder = Path(environ["PORTAL_STATE"]).absolute()
    elif is_root:
        name = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-") or "portal"
        digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:8]
        folder = Path("/var/lib/portal") / f"{name}-{digest}"
    else:
        folder = root / ".state"
    return folder.with_name(f"{folder.name}-{kind}") if kind else folder


@dataclass
class State:
    """An existing, locked state folder; `user` owns it (None: the caller)."""

    folder: Path
    user: pwd.struct_passwd | None

    @classmethod
    def opened(cls, folder: Path, user: pwd.struct_passwd | None) -> "State":
        """Make the folder if need be and take hold of it."""
        state = cls(folder, user)
        try:
            state.own(folder)
            state.lock()
        except (FileExistsError, NotADirectoryError):
            raise Refused(
                f"The state folder {folder} cannot be made: a file is in the way."
            ) from None
        except OSError as error:
            raise Refused(f"Cannot write the state folder {folder}: {error.strerror}.") from None
        state.refuse_unreachable()
        return state

    def own(self, path: Path) -> Path:
        """Make the folder `path` with access for its user only."""
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        return self.give(path)

    def give(self, path: Path) -> Path:
        """`path` belongs to the state's user."""
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)
        return path

    def part(self, name: str) -> Path:
        """One of the folders inside."""
        return self.own(self.folder / name)

    def lock(self) -> None:
        """Hold the folder until this process ends; a second holder is refused."""
        self._lock = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                f"The portal already runs from this checkout (state folder {self.folder}); stop it "
                "first, or give this one its own folder with PORTAL_STATE."
            ) from None

    def refuse_unreachable(self) -> None:
        """The user of the services may be shut out by a folder above."""
        if not self.user:
            return
        reached = subprocess.run(
            ["/usr/bin/test", "-w", str(self.folder)],
            user=self.user.pw_uid,
            group=self.user.pw_gid,
            extra_groups=[],
            cwd="/",
            check=False,
        )
        if reached.returncode:
            raise Refused(
                f"The user {self.user.pw_name}, who runs PostgreSQL, cannot reach the state folder "
                f"{self.folder}; choose another with PORTAL_STATE."
            )

    def reset(self) -> None:
        """Forget everything: the database, media, logs, secrets."""
        for name in PARTS:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in (*SECRETS, DEMO_STAMP):
            (self.folder / name).unlink(missing_ok=True)

    def secret(self, name: str, size: int = 32) -> str:
        """A generated secret of `size` bytes, made at the first call, readable for its owner only."""
        path = self.folder / name
        if not path.exists():
            fresh = path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            with os.fdopen(
                os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
            ) as file:
                file.write(base64.urlsafe_b64encode(secrets.token_bytes(size)).decode())
            self.give(fresh).rename(path)
        return path.read_text()

    @property
    def sockets(self) -> Path | None:
        """The folder of the services' sockets; None where its path is too long for one."""
        longest = self.folder / "sockets" / ".s.PGSQL.5432"
        return self.part("sockets") if len(os.fsencode(longest)) <= LONGEST_SOCKET else None
