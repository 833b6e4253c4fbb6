"""Faults of a node's Docker engine, disk and clock."""

import contextlib
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime

from docker.errors import APIError

from lab.swarm.cluster import await_ready
from lab.swarm.commands import LabError, until
from lab.swarm.faults.expect import Expect
from lab.swarm.faults.fault import Fault
from lab.swarm.faults.looks import engine_answers, execute, is_down, logged, lost_to_others, ssh
from lab.swarm.image import COMPONENTS
from lab.swarm.lab import Lab
from lab.swarm.plan import IMAGE
from lab.swarm.replica import await_healthy, name_of, start_container

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
RESTART = "rm -f /run/docker.pid; setsid dockerd >>/var/log/dockerd.log 2>&1 </dev/null &"
FULL = "/var/lib/docker/full"


def sends(number: int, program: str, what: signal.Signals) -> Callable[[Lab], None]:
    """Send a signal to all processes of a program on a node."""

    def send(lab: Lab) -> None:
        pids = lab.node(number).processes(program)
        if not pids:
            raise LabError(f"{lab.node(number).machine.name} runs no {program}")
        for pid in pids:
            os.kill(pid, what)

    return send


def thaws(number: int, program: str) -> Callable[[Lab], None]:
    """Let the processes of a program on a node go on, and await a health check that did not hang with them."""
    go_on = sends(number, program, signal.SIGCONT)

    def thaw(lab: Lab) -> None:
        go_on(lab)
        await_healthy(lab.node(number), since=datetime.now(UTC))

    return thaw


def _start_engine(lab: Lab, number: int) -> None:
    """Start it again, as the service manager of a real node would, and wait until the swarm has it back."""
    node = lab.node(number)
    until(lambda: not node.processes("dockerd"), f"the end of dockerd on {node.machine.name}", seconds=20)
    node.sh(RESTART)
    node.await_engine()
    await_ready(lab.node(1), len(lab.nodes))


def _start_all(lab: Lab, number: int) -> None:
    """After a kill, containers that are to run `unless-stopped` stay down until somebody starts them."""
    _start_engine(lab, number)
    node = lab.node(number)
    for component in COMPONENTS:
        start_container(node, name_of(component, node.replica))


def _engine_gone(lab: Lab) -> bool:
    return not engine_answers(lab.node(3)) and is_down(lab, 3)


def _killed_and_lost(lab: Lab) -> bool:
    return _engine_gone(lab) and lost_to_others(lab, 3)


def _hangs(lab: Lab) -> bool:
    return not engine_answers(lab.node(3)) and lost_to_others(lab, 3)


def _exec_hangs(lab: Lab) -> bool:
    node = lab.node(3)
    try:
        execute(node, name_of("rethinkdb", node.replica), ["true"])
    except LabError:
        return True
    return False


def _engine_silent(expect: Expect, cause: str) -> None:
    expect.fail("NODE-1", expect.node(3))
    expect.engine_unknown(3)
    expect.cause(cause, expect.node_thing(3))


def _hung(expect: Expect) -> None:
    _engine_silent(expect, "engine-hung")
    expect.lost_in_gossip(3)


def _hung_below(expect: Expect) -> None:
    """With containerd hung, to whoever asks it is the engine that never answers; its gossip goes on."""
    _engine_silent(expect, "engine-hung")


def _killed(expect: Expect) -> None:
    _engine_silent(expect, "engine-down")
    expect.lost_in_gossip(3)


def _stopped(expect: Expect) -> None:
    """Its containers end with it; so nobody is left to tell which version runs."""
    _engine_silent(expect, "engine-down")
    expect.web_silent(3)
    expect.unknown("VERSION-1", expect.replica(3))


def _fill(lab: Lab) -> None:
    """Until the engine says so too, to whoever asks it for a container."""
    node = lab.node(3)
    node.sh(f"dd if=/dev/zero of={FULL} bs=1M 2>/dev/null || true", seconds=60)
    with contextlib.suppress(APIError):
        node.docker.create_container(IMAGE)


def _is_full(lab: Lab) -> bool:
    room = lab.node(3).sh("df --output=avail /var/lib/docker").split()[-1]
    return room == "0" and logged(lab, 3, "no space left on device")


def _full(expect: Expect) -> None:
    """No container can be created there, so the overlay test has none."""
    expect.warn("LOG-2", expect.node(3))
    expect.fail("NODE-2", f"{expect.node(3)}:_var_lib_docker")
    expect.no_probe(3)
    expect.cause("disk-full", expect.node_thing(3))


def _ahead(expect: Expect) -> None:
    expect.fail("NODE-3", expect.node(3))
    expect.cause("clock-off", expect.node_thing(3))


def _set_clock(lab: Lab) -> None:
    line = f"SetEnv LD_PRELOAD={FAKETIME} FAKETIME=+300s"
    lab.node(3).sh(f"echo '{line}' >>/etc/ssh/sshd_config; kill -HUP $(cat /run/sshd.pid)")


def _reset_clock(lab: Lab) -> None:
    lab.node(3).sh("sed -i /LD_PRELOAD/d /etc/ssh/sshd_config; kill -HUP $(cat /run/sshd.pid)")


def _clock_off(lab: Lab) -> bool:
    own, other = (ssh(lab, number, "date +%s").stdout.strip() for number in (3, 1))
    return own.isdigit() and other.isdigit() and int(own) - int(other) > 200


FAULTS = (
    Fault(
        name="dockerd-hung",
        title="The Docker engine of one node accepts connections and never answers.",
        inject=sends(3, "dockerd", signal.SIGSTOP),
        heal=thaws(3, "dockerd"),
        shows=_hangs,
        within=40,
        trips=_hung,
    ),
    Fault(
        name="containerd-hung",
        title="containerd hangs on one node: containers are listed, and none can be started.",
        inject=sends(3, "containerd", signal.SIGSTOP),
        heal=thaws(3, "containerd"),
        shows=_exec_hangs,
        trips=_hung_below,
    ),
    Fault(
        name="disk-full",
        title="The disk under Docker's data root is full on one node.",
        inject=_fill,
        heal=lambda lab: lab.node(3).sh(f"rm {FULL}"),
        shows=_is_full,
        trips=_full,
    ),
    Fault(
        name="clock-off",
        title="The clock of one node is five minutes ahead.",
        inject=_set_clock,
        heal=_reset_clock,
        shows=_clock_off,
        trips=_ahead,
        needs=FAKETIME,
    ),
    Fault(
        name="dockerd-stopped",
        title="The Docker engine of one node was stopped, and its containers with it.",
        inject=sends(3, "dockerd", signal.SIGTERM),
        # On a busy machine a container may miss the network when its engine starts again, and stay down.
        heal=None,
        shows=_engine_gone,
        within=40,
        trips=_stopped,
    ),
    Fault(
        name="dockerd-killed",
        title="The Docker engine of one node was killed; its containers go on without it.",
        inject=sends(3, "dockerd", signal.SIGKILL),
        heal=lambda lab: _start_all(lab, 3),
        shows=_killed_and_lost,
        within=40,
        good_within=40,
        trips=_killed,
    ),
)
