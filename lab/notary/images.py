"""What happens to the directory that registries keep images in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.notary.cluster import Notary


def blob_file(storage: Path, digest: str) -> Path:
    """Where a registry keeps a blob, by the layout of its file system driver."""
    name = digest.removeprefix("sha256:")
    return storage / "docker/registry/v2/blobs/sha256" / name[:2] / name / "data"


@contextmanager
def on_another_directory(lab: Notary, replica: str) -> Iterator[Path]:
    """One registry keeps images in a directory of its own: a copy of the shared one."""
    own = lab.directory / f"images-{replica}"
    shutil.copytree(lab.images, own)
    lab.start_registry(replica, own)
    try:
        yield own
    finally:
        lab.start_registry(replica, lab.images)
        shutil.rmtree(own)


@contextmanager
def changed(storage: Path, digest: str, content: bytes | None) -> Iterator[None]:
    """A blob has other content, or is gone."""
    path = blob_file(storage, digest)
    before = path.read_bytes()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


@contextmanager
def unmounted(storage: Path) -> Iterator[None]:
    """The directory is empty, as where a share is not mounted."""
    aside = storage.with_name(f"{storage.name}-aside")
    storage.rename(aside)
    storage.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(storage)
        aside.rename(storage)
