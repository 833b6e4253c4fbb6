"""Starting and closing a cluster, its inventory, its secrets and its record of requests."""

from __future__ import annotations

import socket
import stat
import threading
import time
from pathlib import Path

import pytest

from lab import embedded
from tests.lab.asking import STATUS, Asker
from tests.lab.conftest import Start
from tests.patience import patient


@pytest.mark.parametrize("replicas", [3, 7])
def test_starts_in_less_than_a_second(tmp_path: Path, replicas: int) -> None:
    taken = []
    # The best of three: what else the machine does at the moment is not what this measures.
    for attempt in range(3):
        begun = time.perf_counter()
        with embedded.start(replicas=replicas, directory=tmp_path / str(attempt)) as cluster:
            assert Asker(cluster).ask("/_ping", replicas - 1).status == 200
            taken.append(time.perf_counter() - begun)
    assert min(taken) < 1.0


@pytest.mark.parametrize("scene", ["healthy", "one-replica-silent", "ping-dripping", "ping-unanswered"])
def test_closing_ends_threads_and_frees_ports(tmp_path: Path, scene: str) -> None:
    before = set(threading.enumerate())
    cluster = embedded.start(scene, directory=tmp_path)
    asker = Asker(cluster)
    ports = [replica["port"] for replica in asker.inventory["replicas"]] + [asker.address(None)[1]]
    idle = [socket.create_connection(("127.0.0.1", port)) for port in ports]
    idle += [asker.encrypted(0), asker.encrypted(None)]
    idle[-2].sendall(b"GET /_ping HTTP/1.1\r\n\r\n")
    if scene != "one-replica-silent":
        idle.append(asker.encrypted(-1))
        idle[-1].sendall(b"GET /_ping HTTP/1.1\r\n\r\n")
    time.sleep(0.1)
    begun = time.perf_counter()
    cluster.close()
    assert time.perf_counter() - begun < patient(2.0)
    assert set(threading.enumerate()) <= before
    for connection in idle:
        connection.close()
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
    cluster.close()


def test_who_gives_up_waiting_leaves_no_thread(start: Start) -> None:
    asker = start("one-replica-silent")
    before = threading.active_count()
    for _ in range(5):
        with pytest.raises(TimeoutError):
            asker.ask("/_ping", -1, timeout=0.05)
    until = time.monotonic() + 3
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.05)
    assert threading.active_count() <= before


def test_inventory_and_its_files(healthy: Asker) -> None:
    inventory = healthy.inventory
    keys = ["cluster", "product", "url", "tls", "mke", "accounts", "nodes", "replicas", "pull", "rethinkdb"]
    assert list(inventory) == keys
    assert inventory["pull"] == [{"image": "library/alpine:3.20"}]
    assert inventory["url"] == healthy.cluster.url
    assert healthy.ids == ["f2277ad178f7", "f3712d9c419a", "f58cf364e3df"]
    assert inventory["accounts"]["admin"] == {"username": "admin", "password": "file:admin-password"}
    assert inventory["accounts"]["readers"] == [
        {
            "username": "ci",
            "password": "file:ci-password",
            "reads": ["library/alpine"],
            "cannot_read": ["finance/ledger"],
        }
    ]
    for account in ("admin", "ci"):
        assert stat.S_IMODE((healthy.directory / f"{account}-password").stat().st_mode) == 0o600
    text = healthy.cluster.inventory.read_text(encoding="utf-8")
    assert not [secret for secret in healthy.cluster.secrets if secret in text]


def test_secrets_are_new_at_every_start(tmp_path: Path) -> None:
    with embedded.start(directory=tmp_path / "a") as one, embedded.start(directory=tmp_path / "b") as other:
        assert not set(one.secrets) & set(other.secrets)


def test_requests_are_recorded(healthy: Asker) -> None:
    healthy.ask("/_ping?a=b", 1)
    healthy.ask(STATUS, 2, login=("admin", "wrong"))
    healthy.ask("/v2/", None)
    requests = healthy.cluster.requests
    assert [(r.method, r.path, r.account, r.status) for r in requests] == [
        ("GET", "/_ping?a=b", None, 200),
        ("GET", STATUS, "admin", 401),
        ("GET", "/v2/", None, 401),
    ]
    assert [r.where for r in requests][:2] == healthy.ids[1:]
    assert abs(requests[0].time - time.time()) < 5


def test_what_is_never_answered_is_recorded_with_status_0(start: Start) -> None:
    asker = start("ping-reset")
    with pytest.raises(ConnectionResetError):
        asker.ask("/_ping", -1)
    assert [request.status for request in asker.cluster.requests] == [0]


def test_mke_answers_on_a_port_of_its_own(start: Start) -> None:
    for scene, status in (("healthy", 200), ("mke-unhealthy", 500)):
        asker = start(scene)
        port = int(asker.inventory["mke"]["url"].rpartition(":")[2])
        asker.inventory["replicas"].append({"address": "localhost", "port": port})
        assert asker.ask("/_ping", -1).status == status
        assert asker.ask("/elsewhere", -1).status == 404
        assert {request.where for request in asker.cluster.requests} == {"mke"}


def test_unknown_scene_and_impossible_size(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        embedded.start("no-such-scene", directory=tmp_path)
    with pytest.raises(ValueError, match="1 to 20 replicas"):
        embedded.start(replicas=21, directory=tmp_path)


def test_replicas_listen_on_ipv6_too(start: Start) -> None:
    if "ipv6-addresses" not in embedded.scenes():
        pytest.skip("this machine has no IPv6 loopback")
    asker = start("ipv6-addresses")
    assert asker.address(0)[0] == "::1"
    assert {asker.ask("/_ping", where).status for where in (0, 1, 2, None)} == {200}


def test_swapped_addresses_lead_to_the_other_replica(start: Start) -> None:
    asker = start("addresses-swapped")
    met = [asker.ask("/_ping", position).headers["X-Replica-ID"] for position in range(3)]
    assert met == [asker.ids[0], asker.ids[2], asker.ids[1]]
