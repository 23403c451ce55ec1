"""What a backup is: one tar file with the database, the media and a manifest. Pure format.

database.dump    pg_dump's custom format
media/...        every file of the media folder
manifest.json    last: digests of all before it, versions, row counts, a fingerprint of the field key
"""

import hashlib
import hmac
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from scripts.console import Refused

FORMAT = 1
DUMP, MEDIA, MANIFEST = "database.dump", "media", "manifest.json"


def fingerprint(key: str) -> str:
    """Tells whether two field keys are the same, and nothing else about them."""
    return hmac.digest(key.encode(), b"portal backup", "sha256").hex()[:16]


class Hashed:
    """A file that is read once, by tarfile, and knows the digest of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sha256 = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As of any file."""
        data = self.file.read(size)
        self.sha256.update(data)
        return data


class Writer:
    """Adds files to an open archive and writes the manifest at the end."""

    def __init__(self, output: IO[bytes]) -> None:
        self.tar = tarfile.TarFile(fileobj=output, mode="w", format=tarfile.PAX_FORMAT)
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, file: IO[bytes], size: int) -> None:
        """One member."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        hashed = Hashed(file)
        self.tar.addfile(info, hashed)
        self.files[name] = {"size": size, "sha256": hashed.sha256.hexdigest()}

    def add_media(self, folder: Path) -> int:
        """Every file below the folder; the number of them."""
        before = len(self.files)
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    size = file.seek(0, io.SEEK_END)
                    file.seek(0)
                    name = PurePosixPath(MEDIA, *path.relative_to(folder).parts)
                    self.add(str(name), file, size)
        return len(self.files) - before

    def finish(self, **facts: Any) -> None:
        """The manifest: without it, an archive is not whole."""
        manifest = {"format": FORMAT, **facts, "files": self.files}
        data = json.dumps(manifest, indent=1).encode()
        self.tar.addfile(_plain(MANIFEST, len(data)), io.BytesIO(data))
        self.tar.close()


def _plain(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


class Reader:
    """An archive whose every byte is as it was written."""

    def __init__(self, path: Path) -> None:
        try:
            self.tar = tarfile.TarFile(path)
            self.manifest = self._manifest(path)
            self._verify()
        except OSError as error:
            raise Refused(f"Cannot read {path}: {error.strerror}.") from None
        except (tarfile.TarError, KeyError, ValueError):
            raise Refused(
                f"{path} is not a whole backup: it is cut off, or something else."
            ) from None

    def _manifest(self, path: Path) -> dict[str, Any]:
        manifest = json.loads(self.tar.extractfile(MANIFEST).read())
        if manifest["format"] != FORMAT:
            raise Refused(f"{path} was made by a newer portal; restore it with that one.")
        return manifest

    def _verify(self) -> None:
        files = self.manifest["files"]
        seen = [member.name for member in self.tar if member.name != MANIFEST]
        if sorted(seen) != sorted(files) or DUMP not in files:
            raise Refused("The backup does not hold the files its manifest names.")
        for name, expected in files.items():
            if not _belongs(name) or not self.tar.getmember(name).isreg():
                raise Refused(f"The backup holds what no backup holds: {name}.")
            if _digest(self.tar.extractfile(name)) != expected["sha256"]:
                raise Refused(f"The backup is damaged: {name} is not as it was written.")

    def dump(self) -> IO[bytes]:
        """The dump of the database."""
        return self.tar.extractfile(DUMP)

    def media(self) -> Iterator[tuple[PurePosixPath, IO[bytes]]]:
        """Every media file with its path inside the media folder."""
        for name in self.manifest["files"]:
            if name != DUMP:
                yield PurePosixPath(name).relative_to(MEDIA), self.tar.extractfile(name)


def _belongs(name: str) -> bool:
    path = PurePosixPath(name)
    return name == DUMP or (
        path.parts[0] == MEDIA and ".." not in path.parts and len(path.parts) > 1
    )


def _digest(file: IO[bytes]) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()
