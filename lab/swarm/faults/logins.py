"""Faults of a node's sshd; all on node 3."""

import signal

from lab.swarm.faults.engines import sends
from lab.swarm.faults.expect import Expect
from lab.swarm.faults.fault import Fault
from lab.swarm.faults.looks import ssh
from lab.swarm.faults.network import Drops
from lab.swarm.lab import Lab

NODE = 3
# Port 0 of the switch is where the lab's own side is plugged in.
NO_SSH = Drops(((0, NODE, ("-p", "tcp", "--dport", "22")),))
OLD_KEY = "/etc/ssh/host_key.old"
RELOAD = "kill -HUP $(cat /run/sshd.pid)"


def _refused(lab: Lab) -> bool:
    return ssh(lab, NODE).returncode != 0


def _new_key(lab: Lab) -> None:
    lab.node(NODE).sh(
        f"cp -p /etc/ssh/host_key {OLD_KEY}; rm /etc/ssh/host_key; "
        f"ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/host_key; {RELOAD}"
    )


def _is_new_key(lab: Lab) -> bool:
    return "REMOTE HOST IDENTIFICATION HAS CHANGED" in ssh(lab, NODE).stderr


def _forwards(lab: Lab, allowed: bool) -> None:
    line = "AllowStreamLocalForwarding no"
    edit = f"sed -i '/{line}/d' /etc/ssh/sshd_config" if allowed else f"echo '{line}' >>/etc/ssh/sshd_config"
    lab.node(NODE).sh(f"{edit}; {RELOAD}")


def _forbids(lab: Lab) -> bool:
    return "allowstreamlocalforwarding no" in lab.node(NODE).sh("/usr/sbin/sshd -T").lower()


def _login_gone(expect: Expect) -> None:
    expect.login_gone(NODE)
    expect.cause("log-in-refused", expect.node_thing(NODE))


def _not_trusted(expect: Expect) -> None:
    """Something answers, and nobody can tell whether it is the node: nothing is said to it."""
    expect.unknown("NODE-1", expect.node(NODE))
    expect.not_looked_at(NODE)
    expect.cause("log-in-refused", expect.node_thing(NODE))


FAULTS = (
    Fault(
        name="sshd-down",
        title="No sshd runs on one node.",
        inject=sends(NODE, "sshd", signal.SIGKILL),
        heal=lambda lab: lab.node(NODE).sh("setsid /usr/sbin/sshd -D -e >>/var/log/sshd.log 2>&1 </dev/null &"),
        shows=_refused,
        trips=_login_gone,
    ),
    Fault(
        name="sshd-hung",
        title="The sshd of one node accepts connections and says nothing.",
        inject=sends(NODE, "sshd", signal.SIGSTOP),
        heal=sends(NODE, "sshd", signal.SIGCONT),
        shows=_refused,
        trips=_login_gone,
    ),
    Fault(
        name="sshd-filtered",
        title="A firewall drops ssh to one node.",
        inject=NO_SSH.put_in,
        heal=NO_SSH.take_out,
        shows=_refused,
        trips=_login_gone,
    ),
    Fault(
        name="new-host-key",
        title="The sshd of one node shows another host key than the known one.",
        inject=_new_key,
        heal=lambda lab: lab.node(NODE).sh(f"mv {OLD_KEY} /etc/ssh/host_key; {RELOAD}"),
        shows=_is_new_key,
        trips=_not_trusted,
    ),
    Fault(
        name="stream-forwarding-forbidden",
        title="The sshd of one node forwards no sockets; the engine is reached in another way.",
        inject=lambda lab: _forwards(lab, allowed=False),
        heal=lambda lab: _forwards(lab, allowed=True),
        shows=_forbids,
        trips=lambda _expect: None,
    ),
)
