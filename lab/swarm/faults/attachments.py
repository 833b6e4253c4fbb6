"""Makes the swarm forget that it gave a container its address, as one does that was restored from an older backup.

Its own command line has nothing for it: the managers' control API (swarmkit's `Control.RemoveTask`, gRPC over HTTP/2)
listens for the engine itself, and takes the certificate that the node has in the swarm.
"""

import socket
import ssl
import tempfile
from pathlib import Path
from typing import Any

from lab.swarm.commands import LabError
from lab.swarm.node import Node

CERTIFICATES = "/var/lib/docker/swarm/certificates"
REMOVE_TASK = b"/docker.swarmkit.v1.Control/RemoveTask"
SETTINGS, HEADERS, DATA = 4, 1, 0
END_STREAM, END_HEADERS = 1, 4
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SECONDS = 10.0


def forget(manager: Node, container: str) -> None:
    """Remove the attachment of a container, by its id; it goes on running, with the address that it has."""
    listed = _attachments(manager)
    tasks = [task["ID"] for task in listed if task["Spec"]["NetworkAttachmentSpec"]["ContainerID"] == container]
    if len(tasks) != 1:
        raise LabError(f"the swarm has {len(tasks)} attachments of the container {container}")
    with _connected(manager) as control:
        control.sendall(_request(REMOVE_TASK, _text(1, tasks[0].encode())))
        control.recv(4096)
    if len(_attachments(manager)) != len(listed) - 1:
        raise LabError(f"the swarm did not forget the attachment of {container}")


def _attachments(manager: Node) -> list[dict[str, Any]]:
    engine: Any = manager.docker
    found: list[dict[str, Any]] = engine.tasks(filters={"runtime": "attachment"})
    return found


def _connected(manager: Node) -> ssl.SSLSocket:
    """To the control API of a manager, as the manager itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    with tempfile.TemporaryDirectory() as kept:
        own = Path(kept, "node.pem")
        # The key has headers of swarm's own, which OpenSSL takes for those of a key that needs a password.
        own.write_text(manager.sh(f"cat {CERTIFICATES}/swarm-node.key {CERTIFICATES}/swarm-node.crt | grep -v ': '"))
        context.load_cert_chain(own)
    plain = socket.socket(socket.AF_UNIX)
    plain.settimeout(SECONDS)
    plain.connect(str(manager.directory / "run/docker/swarm/control.sock"))
    return context.wrap_socket(plain, server_hostname="swarm-manager")


def _request(path: bytes, message: bytes) -> bytes:
    """One call of gRPC as the only stream of a connection."""
    named = {":method": b"POST", ":scheme": b"https", ":path": path, ":authority": b"swarm-manager"}
    headers = b"".join(_header(name.encode(), value) for name, value in named.items())
    headers += _header(b"content-type", b"application/grpc") + _header(b"te", b"trailers")
    framed = b"\0" + len(message).to_bytes(4, "big") + message
    return (
        HELLO
        + _frame(SETTINGS, 0, 0, b"")
        + _frame(HEADERS, END_HEADERS, 1, headers)
        + _frame(DATA, END_STREAM, 1, framed)
    )


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def _header(name: bytes, value: bytes) -> bytes:
    """HPACK: a literal that is not indexed, neither name nor value compressed."""
    return bytes([0, len(name)]) + name + bytes([len(value)]) + value


def _text(number: int, value: bytes) -> bytes:
    """A short field of a protobuf message."""
    return bytes([number << 3 | 2, len(value)]) + value
