"""The backups beside an inventory, as the documented commands make them."""

import io
import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from lab.embedded.state import Cluster

WAY_BACK = "wiki.example.org/msr/restore"


def write_backups(cluster: Cluster, directory: Path) -> dict[str, Any]:
    """Write those that the cluster has, and return what the inventory says of them."""
    day, version = cluster.started - timedelta(days=1), cluster.replicas[0].version
    made = {
        "msr": (f"dtr-metadata-{version}-backup-{day:%Y%m%d}.tar", "w", f"dtr-backup-v{version}/rethink/tags/0"),
        "mke": (f"mke-backup-{day:%Y%m%d}.tar", "w", "ucp-backup/volumes.json"),
        "swarm": (f"swarm-{day:%Y%m%d}.tgz", "w:gz", "var/lib/docker/swarm/raft/wal-v3-encrypted/0.wal"),
    }
    stated: dict[str, Any] = {"way_back": WAY_BACK}
    for of in sorted(cluster.backups):
        name, mode, member = made[of]
        _write(directory / name, mode, member)
        stated[of] = {"file": name, "tested": f"{day - timedelta(days=20):%Y-%m-%d}"}
    if cluster.backup_cut:
        path = directory / made["msr"][0]
        path.write_bytes(path.read_bytes()[:2000])
    return stated


def _write(path: Path, mode: Any, member: str) -> None:
    with tarfile.open(path, mode) as archive:
        content = bytes(4000)
        listed = tarfile.TarInfo(member)
        listed.size = len(content)
        archive.addfile(listed, io.BytesIO(content))
