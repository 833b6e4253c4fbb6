"""Three real RethinkDB servers on loopback, with TLS and the databases and tables of MSR, where there is a binary.

The binary is the one on PATH, or the one that LAB_RETHINKDB names. No Debian or Python package has it.

    with Servers(binary, Path("lab")) as servers:
        ...  # look at servers.inventory; servers.kill(2), servers.stop(2), servers.go_on(2)
"""

from lab.rethinkdb.servers import Servers, binary

__all__ = ["Servers", "binary"]
