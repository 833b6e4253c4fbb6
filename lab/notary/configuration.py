"""What the programs and the replicas' nginx are told, in their own words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Ports:
    """Of 127.0.0.1; the address of users is the balancer's."""

    server: int
    signer: int
    registries: tuple[int, ...]


class Papers:
    """The certificates that the programs know one another by, in files.

    roots: of the token service, whom notary-server and the registry believe.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA(organization_name="Inside the replicas")
        self.own = authority.issue_cert("localhost")
        self.ca, self.cert, self.key = directory / "ca.pem", directory / "own.pem", directory / "own.key"
        self.roots = directory / "token-roots.pem"
        authority.cert_pem.write_to_path(self.ca)
        self.own.private_key_pem.write_to_path(self.key)
        for number, blob in enumerate(self.own.cert_chain_pems):
            blob.write_to_path(self.cert, append=number > 0)


def signer(ports: Ports, papers: Papers) -> str:
    """Of notary-signer: keys in memory, and only who has a certificate of the same CA may ask."""
    return json.dumps(
        {
            "server": {
                "grpc_addr": f"127.0.0.1:{ports.signer}",
                "tls_cert_file": str(papers.cert),
                "tls_key_file": str(papers.key),
                "client_ca_file": str(papers.ca),
            },
            "logging": {"level": "info"},
            "storage": {"backend": "memory"},
        },
        indent=1,
    )


def server(ports: Ports, papers: Papers, users: str) -> str:
    """Of notary-server: records in memory, keys at the signer, and what a token of the token service grants."""
    return json.dumps(
        {
            "server": {
                "http_addr": f"127.0.0.1:{ports.server}",
                "tls_cert_file": str(papers.cert),
                "tls_key_file": str(papers.key),
                "client_ca_file": str(papers.ca),
            },
            "trust_service": {
                "type": "remote",
                "hostname": "localhost",
                "port": str(ports.signer),
                "key_algorithm": "ecdsa",
                "tls_ca_file": str(papers.ca),
                "tls_client_cert": str(papers.cert),
                "tls_client_key": str(papers.key),
            },
            "logging": {"level": "info"},
            "storage": {"backend": "memory"},
            "auth": {"type": "token", "options": _token(papers, users)},
        },
        indent=1,
    )


def registry(port: int, papers: Papers, users: str, storage: Path, listener: int) -> str:
    """Of docker-registry: images in a directory, the same tokens. listener: the port that hears of every event."""
    return json.dumps(
        {
            "version": 0.1,
            "log": {"accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(storage)}},
            "http": {
                "addr": f"127.0.0.1:{port}",
                "tls": {"certificate": str(papers.cert), "key": str(papers.key), "clientcas": [str(papers.ca)]},
            },
            "auth": {"token": _token(papers, users)},
            "notifications": {
                "endpoints": [
                    {
                        "name": "lab",
                        "url": f"http://127.0.0.1:{listener}/",
                        "timeout": "1s",
                        "threshold": 3,
                        "backoff": "1s",
                    }
                ]
            },
        },
        indent=1,
    )


def _token(papers: Papers, users: str) -> dict[str, str]:
    """As in the product, service and issuer are the name of the registry itself."""
    realm = f"https://{users}/auth/token"
    return {"realm": realm, "service": users, "issuer": users, "rootcertbundle": str(papers.roots)}


_LOCATION = """\
        location {where} {{
            proxy_pass https://127.0.0.1:{port};
            proxy_ssl_certificate {papers.cert};
            proxy_ssl_certificate_key {papers.key};
            proxy_ssl_trusted_certificate {papers.ca};
            proxy_ssl_verify on;
            proxy_ssl_name localhost;
            proxy_set_header Host $http_host;
            proxy_http_version 1.1;
            proxy_read_timeout 60s;
            client_max_body_size 0;
            add_header X-Replica-ID $replica_id always;
        }}
"""


def locations(ports: Ports, replicas: Sequence[str], token_service: int, papers: Papers) -> str:
    """Of a replica's nginx: images go to its own registry, trust data and tokens to the same programs at any."""
    own = "".join(
        f"        if ($replica_id = {replica}) {{ set $registry {port}; }}\n"
        for replica, port in zip(replicas, ports.registries, strict=True)
    )
    ways = {r"~ ^/v2/(.*/)?_trust/": ports.server, "/v2/": "$registry", "= /auth/token": token_service}
    found = (_LOCATION.format(where=where, port=port, papers=papers) for where, port in ways.items())
    return f"        set $registry 0;\n{own}" + "".join(found)
