"""Certificates that no user sees: of the swarm's root CA and its nodes, and of the database."""

from datetime import timedelta

from lab.embedded.certificates import Certificate
from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import DAY
from lab.embedded.nodes.dated import Span
from lab.embedded.scenes.scene import Collection, Play
from lab.embedded.scenes.swarm import worker_cut_off_as
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene


@scene("swarm-ca-expires-soon", "The root CA of the swarm is valid for another 20 days of its 20 years.")
def swarm_ca_expires_soon(cluster: Cluster, expect: Expectations) -> None:
    cluster.swarm.ca = Span(7280 * DAY, 20 * DAY)
    expect.warn("TLS-3", "swarm-ca")
    expect.cause("swarm-ca", "swarm")


@scene("swarm-ca-expires-in-three-days", "The root CA of the swarm is valid for another three days of its 20 years.")
def swarm_ca_expires_in_three_days(cluster: Cluster, expect: Expectations) -> None:
    cluster.swarm.ca = Span(7297 * DAY, 3 * DAY)
    expect.fail("TLS-3", "swarm-ca")
    expect.cause("swarm-ca", "swarm")


@scene(
    "swarm-ca-half-rotated", "The root CA of the swarm is rotated, one node has not followed, and the old one expires."
)
def swarm_ca_half_rotated(cluster: Cluster, expect: Expectations) -> None:
    cluster.swarm.ca, cluster.swarm.older_ca = Span(2 * DAY, 7298 * DAY), Span(7297 * DAY, 3 * DAY)
    expect.warn("TLS-3", "swarm-ca-older")
    expect.cause("swarm-ca-rotation", "swarm")


@scene(
    "swarm-ca-being-rotated", "The root CA of the swarm is being rotated years before the old one expires.", sound=True
)
def swarm_ca_being_rotated(cluster: Cluster, _expect: Expectations) -> None:
    cluster.swarm.ca, cluster.swarm.older_ca = Span(timedelta(minutes=2), 7300 * DAY), Span(300 * DAY, 7000 * DAY)


@scene("swarm-certificate-not-renewed", "A node did not renew its swarm certificate: a tenth of its 90 days is left.")
def swarm_certificate_not_renewed(cluster: Cluster, expect: Expectations) -> None:
    """It should have been when between a half and a fifth was left."""
    node = cluster.node(cluster.bad)
    node.boot.certificate_left = 9 * DAY
    expect.warn("TLS-3", node.name)
    expect.cause("swarm-certificate", f"node:{node.name}")


@scene("swarm-certificate-expired", "The swarm certificate of a worker expired an hour ago: the managers refuse it.")
def swarm_certificate_expired(cluster: Cluster, expect: Expectations) -> None:
    node = worker_cut_off_as(cluster, expect, "swarm-certificate")
    node.boot.certificate_left = -timedelta(hours=1)
    expect.fail("TLS-3", node.name)


@scene("certificates-just-before-renewal", "Swarm certificates have a fifth of their life left; the CA is short-lived.",
       sound=True)  # fmt: skip
def certificates_just_before_renewal(cluster: Cluster, _expect: Expectations) -> None:
    """A CA of the site for 55 days, of which 25 are left."""
    cluster.swarm.ca = Span(30 * DAY, 25 * DAY)
    for node in cluster.swarm.nodes:
        node.boot.certificate_left = 18 * DAY


@scene("swarm-certificates-for-root-alone", "The user who logs in to the nodes is not root.", sound=True)
def swarm_certificates_for_root_alone(cluster: Cluster, _expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        node.boot.root = False
        node.boot.certificate_left = -DAY


def _database(kind: Certificate) -> Play:
    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.bad.reql.certificate = kind
        told = expect.warn if kind is Certificate.EXPIRES_SOON else expect.fail
        told("TLS-3", cluster.bad.id)
        expect.cause("database-certificate-expiring", f"database:{cluster.bad.id}")

    return play


scene("database-certificate-expires-soon", "One database server's certificate is valid for another 20 days.")(
    _database(Certificate.EXPIRES_SOON)
)
scene("database-certificate-expires-tomorrow", "One database server's certificate is valid for another 24 hours.")(
    _database(Certificate.EXPIRES_TOMORROW)
)


@scene("database-client-certificate-expires-soon", "The client certificate for RethinkDB is valid for another 20 days.")
def database_client_certificate_expires_soon(cluster: Cluster, expect: Expectations) -> None:
    cluster.rethink.client = Certificate.EXPIRES_SOON
    expect.warn("TLS-3", "rethinkdb-client")
    expect.cause("client-certificate-expiring", "inventory:rethinkdb")
