"""What a scene can put in the way of an answer does what it says on the wire."""

from __future__ import annotations

import http.client
import socket
import ssl
import time

import pytest

from lab.embedded import faults
from lab.embedded.reply import text
from tests.lab.asking import STATUS
from tests.lab.conftest import Start

BAD = -1


@pytest.mark.parametrize("scene", ["ping-unanswered", "one-replica-silent"])
def test_held(start: Start, scene: str) -> None:
    with pytest.raises(TimeoutError):
        start(scene).ask("/_ping", BAD, timeout=0.4)


def test_refused(start: Start) -> None:
    with pytest.raises(ConnectionRefusedError):
        start("one-replica-gone").ask("/_ping", BAD)


def test_reset(start: Start) -> None:
    with pytest.raises(ConnectionResetError):
        start("ping-reset").ask("/_ping", BAD)


def test_truncated(start: Start) -> None:
    asker = start("status-truncated")
    with pytest.raises(http.client.IncompleteRead) as caught:
        asker.ask(STATUS, BAD, login=asker.credentials("admin"))
    assert caught.value.expected


def test_dripping_drips_its_headers_too(start: Start) -> None:
    with start("ping-dripping").encrypted(BAD) as connection:
        connection.sendall(b"GET /_ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
        begun = time.monotonic()
        assert [connection.recv(100), connection.recv(100)] == [b"H", b"T"]
        assert time.monotonic() - begun > 0.9


def test_nonsense_and_nesting(start: Start) -> None:
    asker = start("status-nonsense")
    assert len(asker.ask(STATUS, BAD, login=asker.credentials("admin")).body) == 5 * 1024 * 1024
    asker = start("status-deeply-nested")
    with pytest.raises(RecursionError):
        _ = asker.ask(STATUS, BAD, login=asker.credentials("admin")).json


def test_redirect_loop(start: Start) -> None:
    asker = start("status-redirects")
    answer = asker.ask(STATUS, BAD, login=asker.credentials("admin"))
    assert (answer.status, answer.headers["Location"]) == (302, STATUS)


def test_what_is_broken_behind_the_log_in_still_refuses_strangers(start: Start) -> None:
    assert start("status-is-html").ask(STATUS, BAD).status == 401


def test_plain_http_where_tls_belongs(start: Start) -> None:
    asker = start("plain-http-on-the-tls-port")
    with pytest.raises(ssl.SSLError):
        asker.ask("/_ping", BAD)
    with socket.create_connection(asker.address(BAD), timeout=5) as connection:
        connection.sendall(b"GET /_ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("scene", "why"),
    [
        ("certificate-of-another-name", "Hostname mismatch"),
        ("certificate-of-unknown-ca", "unable to get local issuer certificate"),
        ("one-certificate-expired", "certificate has expired"),
    ],
)
def test_certificates_that_do_not_verify(start: Start, scene: str, why: str) -> None:
    asker = start(scene)
    with pytest.raises(ssl.SSLCertVerificationError, match=why):
        asker.ask("/_ping", BAD)
    assert [asker.ask("/_ping", None).status for _ in range(4)] == [200] * 4


def test_certificates_name_the_public_name_and_no_address(start: Start) -> None:
    asker = start("certificate-expires-tomorrow")
    with asker.encrypted(0) as connection:
        certificate = connection.getpeercert()
    assert certificate is not None
    assert certificate["subjectAltName"] == (("DNS", "localhost"),)
    left = ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()
    assert 23 * 3600 < left < 24 * 3600


def test_late_adds_to_what_is_late_already() -> None:
    right = text(200, "so")
    assert faults.late(2.0)(faults.late(1.0)(right)).delay == 3.0


def test_slow_replica_and_latency(start: Start) -> None:
    asker = start("slow-replica")
    asker.cluster._cluster.bad.slow_by = 0.5
    begun = time.monotonic()
    asker.ask("/_ping", BAD)
    assert time.monotonic() - begun > 0.5
    asker = start(latency=0.3)
    begun = time.monotonic()
    asker.ask("/_ping")
    assert time.monotonic() - begun > 0.3
