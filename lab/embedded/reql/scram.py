"""The server's side of RethinkDB's handshake: protocol V1_0, SCRAM-SHA-256, JSON messages that end with a NUL byte."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

V1_0 = bytes.fromhex("c3bdc234")
ITERATIONS = 4096
WRONG_PASSWORD, UNKNOWN_USER = 12, 17
NO_PROTOCOL = (
    b"ERROR: Received an unsupported protocol version. This port is for RethinkDB queries. "
    b"Does your client driver version not match the server?\n\0"
)
LONGEST_MESSAGE = 1 << 16

Read = Callable[[int], bytes]
Write = Callable[[bytes], None]


class Refused(Exception):
    """The client was told why it does not get in."""


def log_in(read: Read, write: Write, passwords: Mapping[str, str]) -> str:
    """Greet a client and return the name of the user that it proved to be; Refused after it was told an error.

    passwords: of each user; an empty one lets in who proves to know that it is empty.
    """
    if read(len(V1_0)) != V1_0:
        write(NO_PROTOCOL)
        raise Refused
    _send(write, {"max_protocol_version": 0, "min_protocol_version": 0, "server_version": "2.4.4"})
    first = str(_message(read)["authentication"]).removeprefix("n,,")
    asked = dict(part.split("=", 1) for part in first.split(","))
    user = asked["n"].replace("=2C", ",").replace("=3D", "=")
    salt = secrets.token_bytes(16)
    nonce = asked["r"] + base64.b64encode(secrets.token_bytes(18)).decode()
    challenge = f"r={nonce},s={base64.b64encode(salt).decode()},i={ITERATIONS}"
    _send(write, {"authentication": challenge})
    final = str(_message(read)["authentication"])
    without_proof, _, proof = final.rpartition(",p=")
    salted = hashlib.pbkdf2_hmac("sha256", passwords.get(user, secrets.token_hex()).encode(), salt, ITERATIONS)
    conversation = ",".join((first, challenge, without_proof)).encode()
    if user not in passwords:
        _refuse(write, UNKNOWN_USER, "Unknown user")
    if without_proof != f"c=biws,r={nonce}" or not _proves(base64.b64decode(proof), salted, conversation):
        _refuse(write, WRONG_PASSWORD, "Wrong password")
    signature = _hmac(_hmac(salted, b"Server Key"), conversation)
    _send(write, {"authentication": f"v={base64.b64encode(signature).decode()}"})
    return user


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def _proves(proof: bytes, salted: bytes, conversation: bytes) -> bool:
    stored = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
    signature = _hmac(stored, conversation)
    client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
    return hmac.compare_digest(hashlib.sha256(client_key).digest(), stored)


def _message(read: Read) -> dict[str, Any]:
    text = bytearray()
    while (byte := read(1)) != b"\0":
        text += byte
        if len(text) > LONGEST_MESSAGE:
            raise ValueError("a message of the handshake has no end")
    message: dict[str, Any] = json.loads(text)
    return message


def _send(write: Write, message: dict[str, Any]) -> None:
    write(json.dumps(message | {"success": True}).encode() + b"\0")


def _refuse(write: Write, code: int, why: str) -> None:
    write(json.dumps({"error": why, "error_code": code, "success": False}).encode() + b"\0")
    raise Refused
