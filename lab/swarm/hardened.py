"""How hardened sites run sshd: fewer sessions over a connection, no forwarding; and accounts that may do little.

For each of `SSHDS` every node gets one more sshd, on a port of its own; all of them know `ACCOUNTS` as well.
"""

import itertools
import time
from dataclasses import dataclass

from lab.swarm.node import Node

FIRST_PORT = 2201


@dataclass(frozen=True)
class Sshd:
    """One more sshd of a node. sessions: its MaxSessions. forwards: whether it forwards ports and sockets."""

    port: int
    sessions: int
    forwards: bool

    @property
    def name(self) -> str:
        return f"max-sessions-{self.sessions}-{'forwarding' if self.forwards else 'nothing-forwarded'}"

    @property
    def options(self) -> list[str]:
        """Its options; every other one is that of the node's usual sshd."""
        forwarding = [] if self.forwards else ["AllowTcpForwarding=no", "AllowStreamLocalForwarding=no"]
        own = [f"Port={self.port}", f"PidFile=/run/sshd-{self.port}.pid", f"MaxSessions={self.sessions}", *forwarding]
        return [word for option in own for word in ("-o", option)]


SSHDS = tuple(
    Sshd(port, sessions, forwards)
    for port, (sessions, forwards) in enumerate(itertools.product((10, 4, 2, 1), (True, False)), FIRST_PORT)
)

NOLOGIN, SFTP, FORCED, CHROOTED, MENU, EXPIRED, DENIED = (
    "nologin", "sftp", "forced", "chrooted", "menu", "expired", "denied",
)  # fmt: skip
RESTRICTED = (NOLOGIN, SFTP, FORCED, CHROOTED, MENU, EXPIRED, DENIED)
"""Accounts that cannot run a command, and one that sshd does not let in."""
RBASH, NOISY, NO_TTY = "rbash", "noisy", "notty"
USABLE = (RBASH, NOISY, NO_TTY)
"""Accounts that can, though they are restricted or print something first. All accounts are in the docker group."""

ACCOUNT_PORT = 2250
_SHELLS = {NOLOGIN: "/usr/sbin/nologin", MENU: "/etc/ssh/menu", RBASH: "/bin/rbash"}
_MENU = """\
#!/bin/sh
# Asks until somebody says q, whatever it was started for.
while :; do
    echo '1) backup  2) restore  q) quit'
    read -r answer </dev/null || sleep 1
    [ "$answer" = q ] && exit
done
"""
_MATCHES = f"""
PasswordAuthentication no
DenyUsers {DENIED}
Subsystem sftp internal-sftp
Match User {SFTP}
    ForceCommand internal-sftp
Match User {FORCED}
    ForceCommand echo 'backup is done'
Match User {CHROOTED}
    ChrootDirectory /srv
Match User {NO_TTY}
    PermitTTY no
"""


def start_sshds(nodes: list[Node]) -> None:
    """Start `SSHDS` on every node."""
    for node in nodes:
        for each in SSHDS:
            node.sh(_started(each.port, each.options))


def log_ins(node: Node, port: int) -> int:
    """How often an sshd of a node let somebody in."""
    return (node.directory / f"log/sshd-{port}.log").read_text(errors="replace").count("Accepted publickey")


def sessions_left(node: Node, seconds: float = 5) -> list[int]:
    """The processes of log-ins that have not ended; a log-in that was just closed takes a moment."""
    ends = time.monotonic() + seconds
    while True:
        listening = set(node.sh("cat /run/sshd*.pid").split())
        found = [line.split() for line in node.sh("ps -C sshd,sshd-session,sshd-auth -o pid=,ppid=").splitlines()]
        left = [int(pid) for pid, parent in found if pid not in listening and (parent in listening or parent == "1")]
        if not left or time.monotonic() > ends:
            return left
        time.sleep(0.1)


def add_accounts(nodes: list[Node]) -> None:
    """Make all accounts on every node, and one more sshd there that knows what they may."""
    for node in nodes:
        made = [
            f"useradd -M -N -g docker -d /home/{name} -s {_SHELLS.get(name, '/bin/bash')} {name} && "
            f"usermod -p '*' {name} && mkdir -p /home/{name} && chown {name} /home/{name}"
            for name in (*RESTRICTED, *USABLE)
        ]
        given = node.directory / "log/accounts"
        given.mkdir()
        (given / "menu").write_text(_MENU)
        (given / "accounts").write_text((node.directory / "given/ssh/sshd_config").read_text() + _MATCHES)
        (given / "bashrc").write_text("echo Welcome to this node\n")
        copied = (
            "cp /var/log/accounts/menu /var/log/accounts/accounts /etc/ssh/; chmod 755 /etc/ssh/menu; mkdir -p /srv; "
            f"cp /var/log/accounts/bashrc /home/{NOISY}/.bashrc; chage -d 0 {EXPIRED}"
        )
        options = ["-f", "/etc/ssh/accounts", "-o", f"Port={ACCOUNT_PORT}", "-o", "PidFile=/run/sshd-accounts.pid"]
        # A password's age is PAM's affair.
        node.sh("; ".join([*made, copied, _started(ACCOUNT_PORT, [*options, "-o", "UsePAM=yes"])]))


def _started(port: int, options: list[str]) -> str:
    # As a daemon it is out of our hands only once it listens.
    return " ".join(["/usr/sbin/sshd", "-E", f"/var/log/sshd-{port}.log", *options])
