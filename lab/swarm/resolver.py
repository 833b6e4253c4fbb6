"""A name server that knows no name, in the switch: without an answering one dockerd asks the Internet's, 10 s a name.

`python lab/swarm/resolver.py ADDRESS`: waits for a line on stdin, then answers NXDOMAIN at once, for ever.
"""

import socket
import struct
import sys

HEADER = struct.Struct("!HHHHHH")
NXDOMAIN = 0x8183
SERVFAIL = 0x8182


def answer(query: bytes) -> bytes | None:
    """The answer to a query, which repeats its question; None for what is no query."""
    if len(query) < HEADER.size:
        return None
    number, _flags, questions, *_ = HEADER.unpack_from(query)
    end = HEADER.size
    while end < len(query) and query[end]:
        end += query[end] + 1
    question = query[HEADER.size : end + 5]
    code = NXDOMAIN if questions == 1 else SERVFAIL
    return HEADER.pack(number, code, 1 if questions == 1 else 0, 0, 0, 0) + (question if questions == 1 else b"")


def main() -> None:
    sys.stdin.readline()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind((sys.argv[1], 53))
        while True:
            query, asker = door.recvfrom(4096)
            if reply := answer(query):
                door.sendto(reply, asker)


if __name__ == "__main__":
    main()
