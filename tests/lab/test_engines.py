"""The Docker engines of a stand-in's nodes, asked by Docker's own client library."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest
from docker.errors import APIError, NotFound
from requests.exceptions import ConnectionError as Refused
from requests.exceptions import SSLError

from fixtures.access.docker.hijack import Hijacked
from lab import embedded
from lab.embedded import Embedded
from tests.lab.asking import Asker
from tests.lab.conftest import Start
from tests.lab.nodes import PROBE_IMAGE, client, dial, node, probe, run
from tests.patience import patient

REPLICA = "f2277ad178f7"
COMPONENTS = ("api", "garant", "jobrunner", "nginx", "notary-server", "notary-signer", "registry", "rethinkdb",
              "scanningstore")  # fmt: skip


def test_version_is_negotiated_and_newer_ones_are_refused(healthy: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    engine = client(healthy.cluster, "node-1", version="auto")
    assert engine.ping()
    assert (engine.version()["Version"], engine.api_version) == ("20.10.24", "1.41")
    engine = client(healthy.cluster, "node-1", version="1.44")
    with pytest.raises(APIError, match=r"1\.44 is too new\. Maximum supported API version is 1\.41"):
        engine.info()


def test_without_a_certificate_nobody_is_let_in(healthy: Asker) -> None:
    told = node(healthy.cluster, "node-1")
    host, port = told["docker"].removeprefix("tcp://").split(":")
    context = ssl.create_default_context(cafile=healthy.directory / told["tls"] / "ca.pem")
    stranger = context.wrap_socket(socket.create_connection((host, int(port)), 5), server_hostname=host)
    with stranger, pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
        stranger.recv(1)
    plain = http.client.HTTPConnection(host, int(port), timeout=5)
    plain.request("GET", "/_ping")
    answer = plain.getresponse()
    assert (answer.status, b"HTTPS server" in answer.read()) == (400, True)
    plain.close()


def test_a_replica_is_nine_containers(healthy: Asker) -> None:
    engine = client(healthy.cluster, "node-1")
    rows = engine.containers(all=True)
    assert {row["Names"][0] for row in rows} == {f"/dtr-{component}-{REPLICA}" for component in COMPONENTS}
    assert {row["State"] for row in rows} == {"running"}
    (nginx,) = engine.containers(filters={"name": "dtr-nginx"})
    assert nginx["Status"] == "Up 6 days (healthy)"
    assert nginx["Image"] == "registry.mirantis.com/msr/dtr-nginx:2.10.4"
    assert nginx["Labels"]["com.docker.dtr.version"] == "2.10.4"
    (database,) = engine.containers(filters={"label": f"com.docker.dtr.replica={REPLICA}", "name": ["rethinkdb"]})
    assert database["Image"] == "registry.mirantis.com/msr/dtr-rethink:2.10.4"
    assert engine.containers(all=True, filters={"label": "com.docker.dtr.replica=000000000000"}) == []
    told = engine.inspect_container(f"dtr-rethinkdb-{REPLICA}")
    assert (told["State"]["Running"], told["State"]["OOMKilled"]) == (True, False)
    assert told["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    assert f"DTR_REPLICA_ID={REPLICA}" in told["Config"]["Env"]
    assert {mount["Name"] for mount in told["Mounts"]} == {f"dtr-ca-{REPLICA}", f"dtr-rethink-{REPLICA}"}
    assert list(told["NetworkSettings"]["Networks"]) == ["dtr-ol"]
    with pytest.raises(NotFound, match="No such container: nobody"):
        engine.inspect_container("nobody")


def test_logs_are_one_stream_of_two(healthy: Asker) -> None:
    engine = client(healthy.cluster, "node-1")
    assert engine.logs(f"dtr-rethinkdb-{REPLICA}", tail=1) == b"Server ready\n"
    assert engine.logs(f"dtr-rethinkdb-{REPLICA}", stdout=False) == b""
    assert engine.logs(f"dtr-rethinkdb-{REPLICA}", since=int(time.time()) - 60) == b""
    assert b"Z Server ready" in engine.logs(f"dtr-rethinkdb-{REPLICA}", timestamps=True)


def test_volumes_images_and_networks(healthy: Asker) -> None:
    engine = client(healthy.cluster, "node-2")
    assert engine.inspect_volume("dtr-ca-f3712d9c419a")["Driver"] == "local"
    assert len(engine.volumes()["Volumes"]) == 4
    with pytest.raises(NotFound, match="no such volume"):
        engine.inspect_volume(f"dtr-ca-{REPLICA}")
    assert PROBE_IMAGE in {tag for row in engine.images() for tag in row["RepoTags"]}
    network = engine.inspect_network("dtr-ol")
    assert (network["Driver"], network["Attachable"], network["Scope"]) == ("overlay", True, "swarm")
    assert len(network["Containers"]) == 10
    assert {peer["IP"] for peer in network["Peers"]} == {"10.0.0.11", "10.0.0.12", "10.0.0.13"}
    with pytest.raises(NotFound, match="network dtr-br not found"):
        engine.inspect_network("dtr-br")
    assert {row["Name"] for row in engine.networks()} == {"bridge", "docker_gwbridge", "host", "none", "dtr-ol"}


def test_swarm_is_told_by_managers_alone(start: Start) -> None:
    cluster = start(replicas=5).cluster
    rows = client(cluster, "node-3").nodes()
    assert [row["Description"]["Hostname"] for row in rows] == [f"node-{number}" for number in range(1, 6)]
    assert [row["Spec"]["Role"] for row in rows] == ["manager"] * 3 + ["worker"] * 2
    assert [row.get("ManagerStatus", {}).get("Leader", False) for row in rows] == [True, False, False, False, False]
    with pytest.raises(APIError, match="This node is not a swarm manager"):
        client(cluster, "node-4").nodes()
    assert client(cluster, "node-4").info()["Swarm"]["ControlAvailable"] is False


def test_probe_containers_ping_one_another(healthy: Asker) -> None:
    one, other = client(healthy.cluster, "node-1"), client(healthy.cluster, "node-2")
    with probe(one, "probe-1") as here, probe(other, "probe-2") as there:
        code, text = run(one, here, "ping -c 3 -W 1 -i 0.2 probe-2")
        assert code == 0
        lines = text.splitlines()
        address = other.inspect_container(there)["NetworkSettings"]["Networks"]["dtr-ol"]["IPAddress"]
        assert lines[0] == f"PING probe-2 ({address}): 56 data bytes"
        assert lines[1].startswith(f"64 bytes from {address}: seq=0 ttl=64 time=0.")
        assert lines[-3:-1] == ["--- probe-2 ping statistics ---",
                                "3 packets transmitted, 3 packets received, 0% packet loss"]  # fmt: skip
        assert lines[-1].startswith("round-trip min/avg/max = 0.")
        assert run(one, here, "ping -c 1 nobody") == (1, "ping: bad address 'nobody'\n")
        code, text = run(one, here, "ping -c 2 10.1.0.250")
        assert (code, "2 packets transmitted, 0 packets received, 100% packet loss" in text) == (1, True)
        assert run(one, here, "cat /sys/class/net/eth0/mtu") == (0, "1450\n")
        assert run(one, here, f"ping -q -c 1 -s 1422 {address}")[0] == 0
        assert run(one, here, "ping -Z probe-2")[0] == 1
        code, text = run(one, here, f"nslookup dtr-rethinkdb-{REPLICA}")
        assert (code, text.count("Address: 10.1.0.")) == (0, 1)
        assert run(one, here, "nslookup nobody")[0] == 1
        assert run(one, here, "getent ahosts probe-2") == (0, f"{address:15} STREAM probe-2\n")
        assert run(one, here, "echo a b | sed s/a/c/; exit 4") == (4, "c b\n")
        code, text = run(other, there, "cat /proc/net/snmp")
        names, values = [line.split()[1:] for line in text.splitlines() if line.startswith("Icmp:")]
        assert dict(zip(names, values, strict=True))["InEchos"] == "4"
    assert len(one.containers(all=True)) == len(other.containers(all=True)) == 9


def test_output_and_errors_are_told_apart(healthy: Asker) -> None:
    engine = client(healthy.cluster, "node-1")
    with probe(engine) as container:
        one = engine.exec_create(container, ["sh", "-c", "echo out; echo err >&2"])["Id"]
        assert engine.exec_start(one, demux=True) == (b"out\n", b"err\n")
        one = engine.exec_create(container, ["no-such-program"])["Id"]
        assert b"executable file not found in $PATH" in engine.exec_start(one)
        assert engine.exec_inspect(one)["ExitCode"] == 127


def test_a_container_that_reads_its_input(healthy: Asker) -> None:
    engine = client(healthy.cluster, "node-1")
    made = engine.create_container(PROBE_IMAGE, entrypoint=["sh"], command=["-c", "sed s/a/b/; exit 3"],
                                   stdin_open=True)  # fmt: skip
    path = f"/v1.41/containers/{made['Id']}/attach?stdin=1&stdout=1&stderr=1&stream=1"
    with Hijacked(dial(healthy.cluster, "node-1"), path, None, 5) as attached:
        engine.start(made)
        attached.write("a cat\n")
        printed = attached.read()
    assert (printed.out, printed.ended) == ("b cat\n", True)
    assert engine.wait(made, timeout=5)["StatusCode"] == 3
    assert engine.logs(made) == b"b cat\n"
    engine.remove_container(made)


def test_documented_overlay_test_ends_by_itself(healthy: Asker) -> None:
    engine = client(healthy.cluster, "node-1")
    made = engine.create_container(
        PROBE_IMAGE, entrypoint=["ping"], command=["-c", "3", f"dtr-api-{REPLICA}"],
        host_config=engine.create_host_config(network_mode="dtr-ol"),
    )  # fmt: skip
    engine.start(made)
    assert engine.wait(made)["StatusCode"] == 0
    assert b"3 packets received" in engine.logs(made)
    assert engine.inspect_container(made)["State"]["Status"] == "exited"
    engine.remove_container(made)


def test_what_cannot_be_made_is_refused_as_docker_does(healthy: Asker) -> None:
    engine = client(healthy.cluster, "node-1")
    with pytest.raises(NotFound, match="No such image: mirantis/dtr:latest"):
        engine.create_container("mirantis/dtr:latest")
    with probe(engine, "twice"), pytest.raises(APIError, match='The container name "/twice" is already in use'):
        engine.create_container(PROBE_IMAGE, name="twice")
    made = engine.create_container(PROBE_IMAGE, host_config=engine.create_host_config(network_mode="nowhere"))
    with pytest.raises(NotFound, match="network nowhere not found"):
        engine.start(made)
    engine.remove_container(made)
    with pytest.raises(APIError, match="removes what was made through it alone"):
        engine.remove_container(f"dtr-api-{REPLICA}", force=True)


def test_requests_are_recorded_with_the_labels_of_what_is_made(healthy: Asker) -> None:
    engine = client(healthy.cluster, "node-1")
    with probe(engine):
        pass
    asked = [(request.method, request.path, request.status) for request in healthy.cluster.engine_requests]
    assert [method for method, _, _ in asked] == ["POST", "POST", "DELETE"]
    assert (asked[0][1], asked[0][2]) == ("/v1.41/containers/create", 201)
    assert healthy.cluster.engine_requests[0].labels == ("msr-checks.run",)
    assert {request.node for request in healthy.cluster.engine_requests} == {"node-1"}


def test_closing_ends_what_runs_in_containers(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    cluster = embedded.start(directory=tmp_path)
    engine = client(cluster, "node-1")
    made = engine.create_container(PROBE_IMAGE, entrypoint=["sh"], command=["-c", "sleep 4711 & wait"])
    engine.start(made)
    one = engine.exec_create(made, ["sleep", "4712"])["Id"]
    engine.exec_start(one, detach=True)
    begun = time.perf_counter()
    cluster.close()
    engine.close()
    assert time.perf_counter() - begun < patient(2)
    assert not _sleeping()
    until = time.monotonic() + 3
    while set(threading.enumerate()) - before and time.monotonic() < until:
        time.sleep(0.02)
    assert set(threading.enumerate()) <= before


def _sleeping() -> bool:
    """Whether one of the two programs above is still there, after a moment in which it may end."""
    for _ in range(50):
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        if "sleep 471" not in listed:
            return False
        time.sleep(0.02)
    return True


def test_a_node_that_is_gone_refuses_at_both_ways_in(start: Start) -> None:
    cluster: Embedded = start("one-replica-gone").cluster
    with pytest.raises(Refused):
        client(cluster, "node-3").ping()
    rows = client(cluster, "node-1").nodes()
    assert [row["Status"]["State"] for row in rows] == ["ready", "ready", "down"]
    assert [row["ManagerStatus"]["Reachability"] for row in rows] == ["reachable", "reachable", "unreachable"]


def test_ca_bundles_of_the_environment_break_docker_clients(healthy: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trap of the client library that is worth a real server to try it at."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", os.devnull)
    engine = client(healthy.cluster, "node-1")
    assert engine.ping()
    engine.trust_env = True
    with contextlib.closing(engine), pytest.raises((SSLError, OSError)):
        engine.info()
