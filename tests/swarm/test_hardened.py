"""sshd as hardened sites run it: few sessions over a connection, no forwarding, accounts that may do little."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lab.swarm import Lab
from lab.swarm.hardened import (
    ACCOUNT_PORT,
    CHROOTED,
    DENIED,
    EXPIRED,
    FORCED,
    MENU,
    NO_TTY,
    NOISY,
    NOLOGIN,
    RBASH,
    SFTP,
    SSHDS,
    Sshd,
    add_accounts,
    log_ins,
    sessions_left,
    start_sshds,
)
from lab.swarm.inventory import by_shell, by_ssh
from lab.swarm.keys import DOCKER_USER, SUDO_USER
from tests.suite import Suite
from tests.swarm.conftest import Labs

# What goes through sshd: the nodes, their containers, and the overlay network between them.
THROUGH_SSHD = "NODE or CTR or NET or RDB-4"
LOOKED = {"NODE-1", "NODE-2", "NODE-3", "NODE-4", "NODE-5", "NODE-6", "CTR-1", "CTR-5", "CTR-6"}
PAIRS = {"NET-1", "NET-2", "NET-3", "NET-4", "NET-5"}


@pytest.fixture
def hardened(labs: Labs, lab: Lab) -> Lab:
    """The lab, with one more sshd on every node for each way of running it."""
    if labs.hardened is not lab:
        start_sshds(lab.nodes)
        labs.hardened = lab
    return lab


@pytest.mark.parametrize("way", ["ssh", "shell"])
@pytest.mark.parametrize("user", [DOCKER_USER, SUDO_USER])
@pytest.mark.parametrize("sshd", SSHDS, ids=[each.name for each in SSHDS])
def test_sound_lab_is_found_sound_through_it(hardened: Lab, suite: Suite, sshd: Sshd, user: str, way: str) -> None:
    node = by_ssh if way == "ssh" else by_shell
    inventory = hardened.write_inventory(
        [node(machine, hardened.keys, user, sshd.port) for machine in hardened.plan.machines]
    )
    before = [log_ins(each, sshd.port) for each in hardened.nodes]
    outcome = suite.run(f"--inventory={inventory}", "-k", THROUGH_SSHD)
    assert outcome.tripped == {key: verdict for key, verdict in hardened.expected.items() if key in outcome.verdicts}, (
        outcome.output
    )
    looked = {condition for condition, _ in outcome.verdicts}
    passed = {condition for (condition, _), verdict in outcome.verdicts.items() if verdict == "PASS"}
    assert looked >= LOOKED | PAIRS
    # No container can be made by a command of the site.
    assert passed >= (LOOKED | PAIRS if way == "ssh" else LOOKED)
    assert_nothing_is_left(hardened)
    if way == "ssh":
        assert [log_ins(each, sshd.port) for each in hardened.nodes] == [number + 1 for number in before]


def assert_nothing_is_left(lab: Lab) -> None:
    """No probe container, no ssh of ours, no session at a node."""
    for node in lab.nodes:
        assert not node.docker.containers(all=True, filters={"label": "msr-checks.run"})
        assert not sessions_left(node)
    assert not ssh_clients(lab)


def ssh_clients(lab: Lab, seconds: float = 5) -> list[str]:
    """The command lines of ssh that run with this lab's keys; what was just ended takes a moment."""
    ends = time.monotonic() + seconds
    while True:
        lines = [_command_line(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
        left = [line for line in lines if line.startswith("ssh ") and str(lab.keys.ssh_config) in line]
        if not left or time.monotonic() > ends:
            return left
        time.sleep(0.1)


def _command_line(path: Path) -> str:
    try:
        return path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


@pytest.fixture
def with_accounts(labs: Labs, lab: Lab) -> Lab:
    """The lab, with accounts on every node that may do little, and an sshd that knows them."""
    if labs.with_accounts is not lab:
        add_accounts(lab.nodes)
        labs.with_accounts = lab
    return lab


TOLD = {
    NOLOGIN: ("shell.not-run", "This account is currently not available."),
    SFTP: ("shell.not-run", "This service allows sftp connections only."),
    FORCED: ("shell.not-run", "backup is done"),
    CHROOTED: ("shell.not-run", "No such file or directory"),
    MENU: ("shell.not-run", "1) backup"),
    EXPIRED: ("shell.not-run", "password has expired"),
    DENIED: ("ssh.login-refused", "sshd does not allow the account"),
}


@pytest.mark.parametrize(
    "accounts", [(NOLOGIN, SFTP, FORCED, CHROOTED), (MENU, EXPIRED, DENIED, DOCKER_USER)], ids="-".join
)
def test_accounts_that_run_no_commands_accuse_no_node(
    with_accounts: Lab, suite: Suite, accounts: tuple[str, ...]
) -> None:
    """Each node is reached as another user."""
    outcome = suite.run(f"--inventory={inventory_of(with_accounts, accounts)}", "-k", THROUGH_SSHD)
    assert "FAIL" not in outcome.verdicts.values(), outcome.output
    for node, account in zip(with_accounts.nodes, accounts, strict=True):
        found = outcome.of("NODE-1", node.machine.name)
        if account == DOCKER_USER:
            assert found["verdict"] == "PASS"
            continue
        reason, words = TOLD[account]
        assert (found["verdict"], found["reason"]) == ("UNKNOWN", reason), outcome.output
        assert words in found["message"]
    assert_nothing_is_left(with_accounts)


def test_accounts_that_run_commands_are_as_good_as_any(with_accounts: Lab, suite: Suite) -> None:
    """A restricted shell, one that prints something first, and one without a terminal."""
    accounts = (RBASH, NOISY, NO_TTY, DOCKER_USER)
    outcome = suite.run(f"--inventory={inventory_of(with_accounts, accounts)}", "-k", THROUGH_SSHD)
    assert outcome.tripped == {}, outcome.output
    assert_nothing_is_left(with_accounts)


def inventory_of(lab: Lab, accounts: tuple[str, ...]) -> Path:
    nodes = zip(lab.plan.machines, accounts, strict=True)
    return lab.write_inventory([by_ssh(machine, lab.keys, account, ACCOUNT_PORT) for machine, account in nodes])
