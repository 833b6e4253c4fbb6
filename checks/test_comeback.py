"""Whether a node comes back by itself after a stop. Asked by `--ok-to-stop`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from checks.condition import CRITICAL, Reason, condition
from checks.rules.comeback import directories, firewall_rules, not_mounted_at_boot
from checks.rules.wording import many
from checks.verdict import Verdict, failed, not_applicable, passed, unknown
from fixtures.core.evidence import Because, thing
from fixtures.core.question import OK_TO_STOP
from fixtures.core.store import PerSubject, Unavailable
from fixtures.probes.comeback import DOCKER, FIREWALLS, Comeback
from fixtures.probes.containers import Container, Containers
from fixtures.probes.nodes import EngineFacts
from fixtures.probes.replica_storage import ReplicaVolumes

COMES_BACK = ("unless-stopped", "always")
"""The restart policies with which an engine starts a container when it starts itself."""
# A stop for maintenance takes hours at most.
STOP_LASTS = timedelta(days=1)
FEW = 3


@dataclass(frozen=True)
class _Node:
    """The node that stops, and what was seen of it."""

    comeback: Comeback
    engines: PerSubject[EngineFacts]
    containers: PerSubject[Containers]
    volumes: PerSubject[ReplicaVolumes]

    @property
    def name(self) -> str:
        return self.comeback.node

    @property
    def engine(self) -> EngineFacts:
        return self.engines[self.name]

    @property
    def msr(self) -> list[Container]:
        return self.containers[self.name].msr

    def unseen(self, part: str, what: str) -> Unavailable:
        """Why a part of it could not be read."""
        return Unavailable(
            "stop.comeback-unseen",
            f"{self.name}: {what} could not be read ({self.comeback.missing.get(part, 'no output')})",
            about=[thing("node", self.name)],
            because=Because(self.name, probe="comeback"),
        )


@condition(
    "STOP-6",
    severity=CRITICAL,
    documented="Beyond the guide: start at boot",
    remedy="stop-comes-back",
    reasons={
        "stop.not-enabled": "systemd does not start Docker at boot",
        "stop.locked": Reason("the managers of the swarm need its key after a restart", remedy="stop-autolock"),
        "stop.not-mounted": "a file system that Docker needs is not mounted at boot",
        "stop.not-restarted": "a container has a restart policy that does not start it again",
        "stop.stopped-by-hand": Reason("a container was stopped by hand once, and stays down", remedy="stop-by-hand"),
        "stop.certificate-ends": "the node's certificate in the swarm expires within a day",
        "stop.other-package": "another version of Docker is installed than the one that runs",
        "stop.firewall-unsaved": "firewall rules are in force, and no known service brings them back",
        "stop.comeback-unseen": Reason("it could not be read, most often for lack of root", remedy="stop-unseen"),
    },
    question=OK_TO_STOP,
)
def test_it_comes_back(
    comeback: Comeback,
    every_engine: PerSubject[EngineFacts],
    every_containers: PerSubject[Containers],
    every_replica_volumes: PerSubject[ReplicaVolumes],
) -> list[Verdict]:
    """The node comes back by itself: Docker, its file systems, its containers, its part in the swarm, its firewall."""
    node = _Node(comeback, every_engine, every_containers, every_replica_volumes)
    return [_judged(point, judge, node) for point, judge in POINTS.items()]


def _judged(point: str, judge: Callable[[_Node], Verdict], node: _Node) -> Verdict:
    """One point of it; what is not seen of one leaves the others as they are."""
    try:
        verdict = judge(node)
    except Unavailable as cause:
        verdict = unknown(cause)
    return Verdict(**{**vars(verdict), "subject": f"{node.name}:{point}"})


def _boot(node: _Node) -> Verdict:
    units = node.comeback.units
    if not units or not units.get(DOCKER):
        raise node.unseen("units", "whether systemd starts docker.service at boot")
    state = units[DOCKER]
    if state == "enabled":
        return passed("docker.service is enabled", seen=state)
    return failed("stop.not-enabled", f"docker.service is {state}: Docker does not start at boot", seen=state)


def _autolock(node: _Node) -> Verdict:
    swarm = node.engine.swarm
    if not swarm.manager:
        return not_applicable("a worker needs no key")
    if swarm.autolock is None:
        raise node.unseen("autolock", "whether the swarm's managers are locked after a restart")
    if swarm.autolock:
        message = f"autolock is on: {node.name} waits for the swarm's unlock key after a restart"
        return failed("stop.locked", message, seen=True, expected=False)
    return passed("autolock is off", seen=False)


def _mounts(node: _Node) -> Verdict:
    seen = node.comeback
    if seen.mounts is None or seen.fstab is None:
        raise node.unseen("mounts" if seen.mounts is None else "fstab", "what is mounted at boot")
    paths = directories(node.engine, seen.root, node.msr, [v for v in node.volumes.values() if v.node == node.name])
    missing = not_mounted_at_boot(paths, seen)
    if missing:
        message = f"neither /etc/fstab nor a unit of systemd mounts {', '.join(missing)} at boot"
        return failed("stop.not-mounted", message, seen=missing)
    return passed(f"what {', '.join(paths[:FEW])} lies on is mounted at boot", seen=paths)


def _restart(node: _Node) -> Verdict:
    bad = {each.name: each.restart_policy or "no" for each in node.msr if each.restart_policy not in COMES_BACK}
    if bad:
        name, policy = next(iter(bad.items()))
        message = f"{name} has the restart policy {policy}" + (f", and {len(bad) - 1} more" if len(bad) > 1 else "")
        return failed(
            "stop.not-restarted",
            message,
            seen=bad,
            about=[thing("container", each.removeprefix("dtr-")) for each in bad],
        )
    return passed(f"{many(len(node.msr), 'container')} of MSR will be started again", seen=len(node.msr))


def _by_hand(node: _Node) -> Verdict:
    if not node.msr:
        return not_applicable("no container of MSR runs there")
    flags = node.comeback.stopped_by_hand
    unread = [each.name for each in node.msr if flags is None or each.id not in flags]
    if flags is None or unread:
        raise node.unseen("by-hand", "whether containers were stopped by hand")
    stopped = [each.name for each in node.msr if flags[each.id]]
    if stopped:
        named = ", ".join(stopped[:FEW])
        return failed(
            "stop.stopped-by-hand",
            f"{named} had been stopped by hand, so that Docker does not start {'it' if len(stopped) == 1 else 'them'}",
            seen=stopped,
            about=[thing("container", name.removeprefix("dtr-")) for name in stopped],
        )
    return passed("no container of MSR was stopped by hand", seen=[])


def _certificate(node: _Node) -> Verdict:
    if node.engine.swarm.state != "active":
        return not_applicable("the node is in no swarm")
    until = node.comeback.certificate_until
    if until is None:
        raise node.unseen("certificate", "the node's certificate in the swarm")
    if until - node.comeback.now < STOP_LASTS:
        message = f"the node's certificate in the swarm expires at {until:%Y-%m-%d %H:%M} UTC, within a day"
        return failed("stop.certificate-ends", message, seen=f"{until:%Y-%m-%dT%H:%M:%SZ}")
    message = f"the node's certificate in the swarm is valid until {until:%Y-%m-%d}"
    return passed(message, seen=f"{until:%Y-%m-%dT%H:%M:%SZ}")


def _firewall(node: _Node) -> Verdict:
    if node.comeback.firewall is None:
        raise node.unseen("firewall", "the firewall's rules")
    rules = firewall_rules(node.comeback.firewall)
    if not rules:
        return passed("no firewall rule for incoming packets of the node", seen=0)
    enabled = [name for name in FIREWALLS if (node.comeback.units or {}).get(name) == "enabled"]
    if enabled:
        return passed(f"{enabled[0]}.service brings back {many(len(rules), 'firewall rule')}", seen=len(rules))
    raise Unavailable(
        "stop.firewall-unsaved",
        f"{node.name}: none of {', '.join(FIREWALLS)} is enabled to bring back {many(len(rules), 'firewall rule')}",
        about=[thing("node", node.name)],
        because=Because(node.name, probe="comeback"),
    )


def _package(node: _Node) -> Verdict:
    installed, runs = node.comeback.engine, node.engine.version
    if installed is None or not runs:
        raise node.unseen("engine", "the version of the installed Docker")
    if installed != runs:
        message = f"Docker {installed} is installed and {runs} runs: after the stop another version starts"
        return failed("stop.other-package", message, seen=installed, expected=runs)
    return passed(f"Docker {installed} is installed and runs", seen=installed, expected=runs)


POINTS: dict[str, Callable[[_Node], Verdict]] = {
    "boot": _boot,
    "autolock": _autolock,
    "mounts": _mounts,
    "restart-policies": _restart,
    "stopped-by-hand": _by_hand,
    "swarm-certificate": _certificate,
    "firewall": _firewall,
    "package": _package,
}
"""What it takes for a node to come back, each with a verdict of its own, by the last part of its subject."""
