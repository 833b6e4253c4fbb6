"""May a lab run here? Looks, and tries what it needs in namespaces that are thrown away."""

import shutil
from pathlib import Path

from lab.swarm.commands import LabError, run
from lab.swarm.engines import OWN, Engine
from lab.swarm.namespaces import PATH

PROGRAMS = {
    "iptables": "iptables", "nginx": "nginx-light", "ssh": "openssh-client", "ssh-keygen": "openssh-client",
    "ip": "iproute2", "busybox": "busybox-static", "unshare": "util-linux", "setpriv": "util-linux", "sysctl": "procps",
}  # fmt: skip
OF_ITS_NODES = {
    "dockerd": "docker.io", "containerd": "docker.io", "runc": "docker.io", "docker-proxy": "docker.io",
    "tini-static": "docker.io", "sshd": "openssh-server", "sudo": "sudo",
}  # fmt: skip
"""What a node runs; it has its own where its engine has a root of its own."""
MAKES_ROOTS = {"mmdebstrap": "mmdebstrap"}
CAPABILITIES = {"CAP_SYS_ADMIN": 21, "CAP_NET_ADMIN": 12}
NEEDED_MB = 2000

TRIAL = """\
set -e
mount -t tmpfs tmpfs /mnt
mkdir /mnt/lower /mnt/upper /mnt/work /mnt/merged
mount -t overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/merged
mount -t sysfs sysfs /mnt/lower
ip link add trial0 type bridge
ip link add trial1 type veth peer name trial2
ip link add trial3 type vxlan id 4242 dstport 4789
iptables -t nat -A POSTROUTING -j MASQUERADE
nth='-m statistic --mode nth --every 2 --packet 0'
iptables -A FORWARD -p udp --dport 4789 -m physdev --physdev-in trial1 $nth -j DROP
"""


def missing(engine: Engine = OWN) -> str | None:
    """Why no lab with this engine can run here, in one line; None if one can."""
    return (
        _rights()
        or _programs(PROGRAMS | (MAKES_ROOTS if engine.suite else OF_ITS_NODES))
        or _kernel()
        or _memory()
        or _trial()
    )


def _rights() -> str | None:
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    user = status["Uid"].split()[1]
    if user != "0":
        return f"not root (uid {user})"
    effective = int(status["CapEff"], 16)
    lacking = [name for name, bit in CAPABILITIES.items() if not effective >> bit & 1]
    return f"missing {', '.join(lacking)}" if lacking else None


def _programs(needed: dict[str, str]) -> str | None:
    lacking = [f"{name} (package {package})" for name, package in needed.items() if not shutil.which(name, path=PATH)]
    return f"not installed: {', '.join(lacking)}" if lacking else None


def _kernel() -> str | None:
    if "overlay" not in Path("/proc/filesystems").read_text():
        return "the kernel has no overlayfs"
    kinds = [line.split()[2] for line in Path("/proc/mounts").read_text().splitlines() if "/sys/fs/cgroup" in line]
    return None if {"cgroup", "cgroup2"} & set(kinds) else "no control groups are mounted at /sys/fs/cgroup"


def _memory() -> str | None:
    lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    free = int(lines["MemAvailable"].split()[0]) // 1024
    return f"{free} MB of memory available, {NEEDED_MB} are needed" if free < NEEDED_MB else None


def _trial() -> str | None:
    try:
        run("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", TRIAL)
    except LabError as error:
        return f"namespaces and their networks do not work here: {error.cause}"
    return None
