"""The shells of a stand-in's nodes: a real sh, with answers of the node in front of this machine's own programs."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

from lab.embedded.nodes.files import COMMANDS
from lab.embedded.nodes.state import Disk, Node
from tests.lab.asking import Asker
from tests.lab.conftest import Start
from tests.lab.nodes import node, shell


def test_disks(healthy: Asker) -> None:
    done = shell(healthy.cluster, "node-1", "df -PT; df -Pi /var/lib/docker /etc; df -P -B1 -l /; df -P -x overlay")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0][:3] == ["Filesystem", "Type", "1024-blocks"]
    assert ["/dev/sda1", "ext4", "62914560", "18874368", "40894464", "32%", "/"] in lines
    assert ["/dev/sdb1", "209715200", "412345", "209302855", "1%", "/var/lib/docker"] in lines
    assert ["/dev/sda1", "64424509440", "19327352832", "41875931136", "32%", "/"] in lines
    assert sum(line[0] == "overlay" for line in lines) == 1


def test_memory_programs_and_ports(healthy: Asker) -> None:
    port = healthy.inventory["replicas"][1]["port"]
    done = shell(
        healthy.cluster,
        "node-2",
        "hostname; nproc; id -un; cat /proc/meminfo | awk '/MemAvailable/ {print $2}'\n"
        "pid=$(pgrep -x rethinkdb); cat /proc/$pid/status | grep VmSwap; ps -C rethinkdb -o comm=; ss -lntu -H\n",
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:4] == ["node-2", "4", "ops", str(9 << 20)]
    assert lines[4].split() == ["VmSwap:", "0", "kB"]
    assert lines[5].strip() == "rethinkdb"
    listening = {(line.split()[0], line.split()[4].rpartition(":")[2]) for line in lines[6:]}
    assert listening == {("tcp", "22"), ("tcp", "80"), ("tcp", str(port)), ("tcp", "2377"), ("tcp", "7946"),
                         ("udp", "7946")}  # fmt: skip


def test_what_a_node_lacks_is_told_as_cat_does(healthy: Asker) -> None:
    done = shell(healthy.cluster, "node-1", "cat /proc/4711/status")
    assert (done.returncode, done.stderr) == (1, "cat: /proc/4711/status: No such file or directory\n")


def test_clock_is_the_nodes(start: Start) -> None:
    cluster = start("clock-half-a-second-off").cluster
    for name, ahead in (("node-1", 0.0), ("node-3", 0.5)):
        told = float(shell(cluster, name, "date +%s.%N").stdout)
        assert told - time.time() == pytest.approx(ahead, abs=0.25)
    assert shell(cluster, "node-3", "date -d @0 -u +%Y").stdout == "1970\n"


def test_everything_else_is_this_machines(healthy: Asker) -> None:
    script = "printf 'a\\nb\\n' | sed s/a/c/ | awk '{print NR, $1}'; timeout 2 cat /proc/uptime; echo x | cat"
    done = shell(healthy.cluster, "node-1", script)
    assert done.stdout == "1 c\n2 b\n3456000.00 10368000.00\nx\n"


def test_docker_of_the_command_line(healthy: Asker) -> None:
    def told(arguments: str, name: str = "node-1") -> str:
        done = shell(healthy.cluster, name, f"docker {arguments}")
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    assert told("info --format '{{.DockerRootDir}}'") == "/var/lib/docker\n"
    assert json.loads(told("info --format '{{json .}}'"))["Swarm"]["LocalNodeState"] == "active"
    rows = [json.loads(line) for line in told("ps -a --no-trunc --format '{{json .}}'").splitlines()]
    assert {(row["State"], row["Networks"]) for row in rows} == {("running", "dtr-ol")}
    (database,) = told("ps -a -q --no-trunc --filter name=dtr-rethink").split()
    assert json.loads(told(f"inspect {database}"))[0]["Name"] == "/dtr-rethinkdb-f2277ad178f7"
    assert told("volume ls -q --filter name=dtr-ca") == "dtr-ca-f2277ad178f7\n"
    assert json.loads(told("volume inspect dtr-ca-f2277ad178f7"))[0]["Scope"] == "local"
    (network,) = told("network ls -q --filter driver=overlay").split()
    assert json.loads(told(f"network inspect {network}"))[0]["Name"] == "dtr-ol"
    assert "registry.mirantis.com/msr/dtr:2.10.4" in told("images --format '{{.Repository}}:{{.Tag}}'").split()
    nodes = told("node ls -q").split()
    assert len(json.loads(told(f"node inspect {' '.join(nodes)}"))) == 3
    assert told(f"logs --tail 1 --since 0 {database}") == "Server ready\n"


def test_docker_of_the_command_line_complains(start: Start) -> None:
    cluster = start("healthy", replicas=5).cluster
    done = shell(cluster, "node-5", "docker node ls -q")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error response from daemon: This node is not a swarm manager")
    assert shell(cluster, "node-1", "docker rm -f everything").returncode == 1


def test_a_node_that_is_gone_refuses(start: Start) -> None:
    done = shell(start("one-replica-gone").cluster, "node-3", "echo here")
    assert (done.returncode, done.stdout) == (255, "")
    assert done.stderr == "ssh: connect to host 10.0.0.13 port 22: Connection refused\n"


def test_no_node_has_another_ones_command(healthy: Asker) -> None:
    commands = [tuple(node(healthy.cluster, f"node-{number}")["shell"]["command"]) for number in (1, 2, 3)]
    assert len(set(commands)) == 3


def test_shell_of_a_dash_runs_the_stand_ins() -> None:
    """The commands are for any POSIX sh: none of them uses what only bash has."""

    for program in sorted(COMMANDS.rglob("*")):
        if program.is_file():
            done = subprocess.run(["sh", "-n", str(program)], capture_output=True, text=True, check=False)
            assert done.stderr == "", program
            assert program.stat().st_mode & 0o111, program
            assert program.read_text(encoding="utf-8").startswith("#!/bin/sh\n"), program


def test_mounts_are_listed_as_the_kernel_does(healthy: Asker) -> None:
    lines = shell(healthy.cluster, "node-1", "cat /proc/self/mounts; cat /proc/mounts >/dev/null").stdout.splitlines()
    assert "/dev/sdb1 /var/lib/docker xfs rw,relatime 0 0" in lines


def test_kept_space_is_neither_used_nor_free() -> None:
    assert Disk("/dev/sda1", "/", 100, 60, kept=5).available == 35
    assert Disk("/dev/sda1", "/", 100, 98, kept=5).available == 0
    assert Node("n", "10.0.0.1", disks=[Disk("a", "/", 1, 0)]).disk("/").source == "a"
