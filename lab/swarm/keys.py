"""Keys and certificates of one lab: ssh for its users and hosts, TLS for its engines and its web servers."""

from pathlib import Path

import trustme

from lab.swarm.commands import run
from lab.swarm.plan import Machine

DOCKER_USER = "ops"
"""In the docker group, without sudo."""
SUDO_USER = "admin"
"""Not in the docker group, with sudo that asks for nothing."""


class Keys:
    """Writes all of them below `directory`: ssh/, client/ (for engines) and web.{pem,key}, ca.pem."""

    def __init__(self, directory: Path, machines: tuple[Machine, ...], public_name: str) -> None:
        self._directory = directory
        self.ssh = directory / "ssh"
        self.client = directory / "client"
        self._engines = trustme.CA(organization_name="Lab: engines")
        web_authority = trustme.CA(organization_name="Lab: MSR")
        for each in (self.ssh, self.client):
            each.mkdir(parents=True)
        self.ca = directory / "web-ca.pem"
        web_authority.cert_pem.write_to_path(self.ca)
        _write(web_authority.issue_cert(public_name, common_name=public_name), directory, "web.pem", "web.key")
        self._engines.cert_pem.write_to_path(self.client / "ca.pem")
        _write(self._engines.issue_cert("lab-client"), self.client, "cert.pem", "key.pem")
        _ssh_key(self.ssh / "id")
        for machine in machines:
            _ssh_key(self.host_key(machine))
        self._write_ssh_config(machines)

    @property
    def web(self) -> tuple[Path, Path]:
        """Certificate and key of the replicas' web servers."""
        return self._directory / "web.pem", self._directory / "web.key"

    @property
    def authorized(self) -> str:
        return (self.ssh / "id.pub").read_text()

    def host_key(self, machine: Machine) -> Path:
        return self.ssh / f"{machine.name}.host"

    @property
    def ssh_config(self) -> Path:
        return self.ssh / "config"

    def write_engine(self, machine: Machine, directory: Path) -> None:
        """ca.pem, cert.pem and key.pem of a machine's engine."""
        self._engines.cert_pem.write_to_path(directory / "ca.pem")
        _write(self._engines.issue_cert(machine.address, machine.name), directory, "cert.pem", "key.pem")

    def _write_ssh_config(self, machines: tuple[Machine, ...]) -> None:
        public = {m.address: self.host_key(m).with_suffix(".host.pub").read_text() for m in machines}
        known = [f"{address},[{address}]:* {key}" for address, key in public.items()]
        (self.ssh / "known_hosts").write_text("".join(known))
        self.ssh_config.write_text(
            f"Host *\n  IdentityFile {self.ssh}/id\n  IdentitiesOnly yes\n  UserKnownHostsFile {self.ssh}/known_hosts\n"
            "  GlobalKnownHostsFile none\n  StrictHostKeyChecking yes\n"
        )


def _write(certificate: trustme.LeafCert, directory: Path, pem: str, key: str) -> None:
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(directory / pem, append=number > 0)
    (directory / key).touch(mode=0o600)
    certificate.private_key_pem.write_to_path(directory / key)


def _ssh_key(path: Path) -> None:
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(path))
