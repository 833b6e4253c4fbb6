"""Registry, TLS, MKE, version, storage and accounts."""

import secrets

from lab.embedded import expected_trust, faults
from lab.embedded.certificates import Certificate
from lab.embedded.door import Door
from lab.embedded.expectations import Expectations
from lab.embedded.nodes.expected import component
from lab.embedded.product import OLDER
from lab.embedded.reply import text
from lab.embedded.scenes.scene import Collection, Play
from lab.embedded.state import Cluster, Replica

collection = Collection()
scene = collection.scene


@scene("registry-down", "One replica's registry container is down: /v2/ is 502 and /_ping names it.")
def registry_down(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.registry_up = False
    expect.fail("CTR-1", component(cluster.bad, "registry"))
    expect.fail("PING-1", cluster.bad.id)
    expect.fail("REG-1", cluster.bad.id)
    expect.fail("STATUS-4", *(f"{asked}:{cluster.bad.id}" for asked in expect.everywhere))
    expect.unknown("TOKEN-2", *expected_trust.refused_at([cluster.bad.id]))
    expect.unknown("REG-2", *expect.pulls(cluster.bad))
    expect.cause("container-down", f"container:registry-{cluster.bad.id}", offers="start")


@scene("registry-502", "One replica's nginx has lost the way to its registry, which is up.")
def registry_502(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.faults["/v2/"] = faults.html(502, "502 Bad Gateway")
    expect.fail("REG-1", cluster.bad.id)
    expect.unknown("REG-2", *expect.pulls(cluster.bad))
    expect.cause("registry-down", f"replica:{cluster.bad.id}")


@scene("registry-behind-a-filter", "A filter in front of the registry answers /v2/ with a page of its own, everywhere.")
def registry_behind_a_filter(cluster: Cluster, expect: Expectations) -> None:
    """What service the registry takes tokens for is then told nowhere: one for another service shows nothing of it."""
    for replica in cluster.replicas:
        replica.faults["/v2/"] = faults.html(403, "403 Forbidden")
    expect.fail("REG-1", *expect.everywhere)
    expect.unknown("TOKEN-2", *expected_trust.refused_at(expect.everywhere))
    expect.unknown("REG-2", *expect.pulls())
    expect.cause("registry-misbehaves", *(f"replica:{replica}" for replica in expect.everywhere))


@scene("registry-asks-no-token", "One replica's registry lets anyone in without a token.")
def registry_asks_no_token(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.faults["/v2/"] = faults.json_text("{}")
    expect.fail("REG-1", cluster.bad.id)
    expect.cause("registry-too-open", f"replica:{cluster.bad.id}")


@scene("realm-elsewhere", "The registry sends its users to an old host name for their tokens.")
def realm_elsewhere(cluster: Cluster, expect: Expectations) -> None:
    cluster.realm_host = "registry.old.example"
    expect.fail("REG-1", *expect.everywhere)
    expect.cause("wrong-external-address", "cluster")


@scene("realm-at-another-port", "The registry sends its users to the right host for their tokens, at another port.")
def realm_at_another_port(cluster: Cluster, expect: Expectations) -> None:
    cluster.realm_host = cluster.host.partition(":")[0]
    expect.fail("REG-1", *expect.everywhere)
    expect.cause("wrong-external-address", "cluster")


@scene("registry-of-another-domain", "The registry was installed under another domain than users use: /v2/ is 404.")
def registry_of_another_domain(cluster: Cluster, expect: Expectations) -> None:
    """What service the registry takes tokens for is told nowhere; log-ins and audit logs are not looked up by name."""
    cluster.settings["dtrHost"] = "registry.internal.example"
    cluster.faults["/v2/"] = faults.instead(text(404, "404 page not found\n"))
    expect.fail("REG-1", *expect.everywhere)
    expect.unknown("TOKEN-2", *expected_trust.refused_at(expect.everywhere))
    expect.unknown("REG-2", *expect.pulls())
    expect.cause("wrong-external-address", "cluster")


@scene("licence-gone", "The licence expired: pushes, pulls and tokens are answered with 402.")
def licence_gone(cluster: Cluster, expect: Expectations) -> None:
    """The API goes on to answer, to those whose password is right; the token service tells nothing of passwords."""
    cluster.licensed = False
    message = "Your license is expired. Please contact your sales representative."
    cluster.alerts.append({"id": "NO_LICENSE", "class": "alert", "message": message})
    expect.fail("ALERT-1", "NO_LICENSE")
    expect.fail("REG-1", *expect.everywhere)
    expect.unknown("TOKEN-0", *expected_trust.ACCOUNTS)
    expect.unknown("TOKEN-1", *expected_trust.tokens_at(expect, expect.everywhere))
    expected_trust.no_token(expect, *expected_trust.ACCOUNTS, "anonymous")
    expect.cause("licence-missing", "cluster")


@scene("licence-expired-in-other-words", "The licence expired; its alert is of that class, and in words nobody knows.")
def licence_expired_in_other_words(cluster: Cluster, expect: Expectations) -> None:
    """An expired one still lets pull."""
    message = "Your subscription has ended. Contact your administrator."
    cluster.alerts.append({"id": "SUBSCRIPTION_ENDED", "class": "license", "message": message})
    expect.fail("ALERT-1", "SUBSCRIPTION_ENDED")
    expect.cause("licence-alert", "alert:SUBSCRIPTION_ENDED")


def _refused_certificate(kind: Certificate, condition: str, cause: str) -> Play:
    """Nothing more is sent to such an address; a balancer that checks health over TLS leaves it out."""

    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.bad.certificate = kind
        expect.fail(condition, cluster.bad.id)
        expect.not_asked(cluster.bad)
        expect.cause(cause, f"certificate:{cluster.bad.id}")

    return play


scene("certificate-of-another-name", "One replica's certificate is for another host name.")(
    _refused_certificate(Certificate.WRONG_NAME, "TLS-1", "certificate-wrong-name")
)
scene("certificate-of-unknown-ca", "One replica's certificate is from a CA that the inventory does not name.")(
    _refused_certificate(Certificate.UNKNOWN_CA, "TLS-1", "unknown-ca")
)
scene("one-certificate-expired", "One replica's certificate expired yesterday, the others' did not.")(
    _refused_certificate(Certificate.EXPIRED, "TLS-2", "certificate-expired")
)
scene("certificate-not-yet-valid", "One replica's new certificate is valid from tomorrow on.")(
    _refused_certificate(Certificate.NOT_YET_VALID, "TLS-2", "certificate-not-yet-valid")
)


@scene("certificates-not-verified", "The inventory says that nobody is to verify the registry's certificates.")
def certificates_not_verified(cluster: Cluster, expect: Expectations) -> None:
    cluster.inventory["tls"] = {"ca": ["ca.pem"], "insecure": True}
    expect.warn("TLS-1", *expect.everywhere, expect.users)
    expect.cause("verification-disabled", *(f"certificate:{each}" for each in (*expect.everywhere, expect.users)))


def _everywhere(cluster: Cluster, expect: Expectations, kind: Certificate, cause: str) -> None:
    """The web certificate is the cluster's, so all replicas present the same one, and users get it too."""
    for replica in cluster.replicas:
        replica.certificate = kind
    expect.cause(cause, *(f"certificate:{subject}" for subject in (*expect.everywhere, expect.users)))


def _nobody_gets_in(cluster: Cluster, expect: Expectations, kind: Certificate, condition: str, cause: str) -> None:
    _everywhere(cluster, expect, kind, cause)
    expect.fail(condition, *expect.everywhere, expect.users)
    expect.not_asked(*cluster.replicas)
    expect.nothing_told()
    expect.unknown("PING-2", expect.users)
    expect.unknown("TOKEN-0", "admin", "reader:ci")
    expect.unknown("STATUS-2", "anonymous", "reader:ci")
    expected_trust.nobody(expect)


@scene("certificate-expired", "The cluster's certificate expired yesterday: nobody gets in.")
def certificate_expired(cluster: Cluster, expect: Expectations) -> None:
    _nobody_gets_in(cluster, expect, Certificate.EXPIRED, "TLS-2", "certificate-expired")


@scene("ca-expired", "The CA of the cluster's certificate expired yesterday, the certificate itself did not.")
def ca_expired(cluster: Cluster, expect: Expectations) -> None:
    _nobody_gets_in(cluster, expect, Certificate.EXPIRED_CA, "TLS-1", "ca-expired")


@scene("certificate-expires-tomorrow", "The cluster's certificate expires in 24 hours.")
def certificate_expires_tomorrow(cluster: Cluster, expect: Expectations) -> None:
    _everywhere(cluster, expect, Certificate.EXPIRES_TOMORROW, "certificate-expiring")
    expect.fail("TLS-2", *expect.everywhere, expect.users)


@scene("certificate-expiring", "The cluster's certificate expires in 20 days.")
def certificate_expiring(cluster: Cluster, expect: Expectations) -> None:
    _everywhere(cluster, expect, Certificate.EXPIRES_SOON, "certificate-expiring")
    expect.warn("TLS-2", *expect.everywhere, expect.users)


@scene("balancer-certificate-of-another-name", "The load balancer presents a certificate for another host name.")
def balancer_certificate_of_another_name(cluster: Cluster, expect: Expectations) -> None:
    cluster.balancer.certificate = Certificate.WRONG_NAME
    expect.fail("TLS-1", expect.users)
    expect.unknown("PING-2", expect.users)
    expect.cause("certificate-wrong-name", f"certificate:{expect.users}")


@scene("plain-http-on-the-tls-port", "One replica speaks plain HTTP where TLS belongs.")
def plain_http_on_the_tls_port(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.door = Door.PLAIN
    expect.silent(cluster.bad, handshake=False)
    expect.cause("port-not-tls", f"replica:{cluster.bad.id}")


@scene("mke-down", "MKE is down: nobody can log in, though every replica's /_ping is green.")
def mke_down(cluster: Cluster, expect: Expectations) -> None:
    cluster.mke.ping_status = 500
    cluster.mke.logs_in = False
    expect.fail("MKE-1", expect.mke)
    expect.no_admin()
    expect.fail("TOKEN-0", "reader:ci")
    expect.unknown("STATUS-2", "reader:ci")
    expected_trust.no_reader(expect)
    expect.unknown("TOKEN-3", "cluster")
    expect.cause("mke-down", "mke")


@scene("mke-unhealthy", "MKE says that it is unhealthy; log-ins still work.")
def mke_unhealthy(cluster: Cluster, expect: Expectations) -> None:
    cluster.mke.ping_status = 500
    expect.fail("MKE-1", expect.mke)
    expect.cause("mke-unhealthy", "mke")


@scene("mke-refuses", "Nothing listens at MKE's address; log-ins still work, through another of its managers.")
def mke_refuses(cluster: Cluster, expect: Expectations) -> None:
    cluster.mke.door = Door.CLOSED
    expect.fail("MKE-1", expect.mke)
    expect.cause("not-reachable-from-here", "mke")


@scene("upgrade-half-done", "An upgrade stopped half way: one replica still runs the version before.")
def upgrade_half_done(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.version = OLDER
    expect.fail("VERSION-1", cluster.bad.id)
    expect.cause("upgrade-interrupted", f"replica:{cluster.bad.id}")


@scene("storage-not-shared", "Several replicas keep images each on its own disk: what one takes, another cannot find.")
def storage_not_shared(cluster: Cluster, expect: Expectations) -> None:
    cluster.storage = {"filesystem": {"rootdirectory": "/storage"}}
    expect.fail("STORE-1", "cluster")
    expect.cause("storage-not-shared", "cluster")


@scene("password-rotated", "The administrator's password was changed, the inventory's was not.")
def password_rotated(cluster: Cluster, expect: Expectations) -> None:
    cluster.account("admin").listed = secrets.token_urlsafe(18)
    expect.no_admin()
    expect.cause("credentials-wrong", "account:admin")


@scene("administrator-locked-out", "The administrator's account is locked after too many failures: 429.")
def administrator_locked_out(cluster: Cluster, expect: Expectations) -> None:
    cluster.account("admin").locked = True
    expect.no_admin()
    expect.cause("account-locked", "account:admin")


@scene("reader-password-rotated", "A reader's password was changed, the inventory's was not.")
def reader_password_rotated(cluster: Cluster, expect: Expectations) -> None:
    cluster.account("ci").listed = secrets.token_urlsafe(18)
    expect.fail("TOKEN-0", "reader:ci")
    expect.unknown("STATUS-2", "reader:ci")
    expected_trust.no_reader(expect)
    expect.cause("credentials-wrong", "account:reader:ci")


@scene("api-refuses-right-passwords", "The API of one replica refuses every password: 401. Its token service does not.")
def api_refuses_right_passwords(cluster: Cluster, expect: Expectations) -> None:
    _mistrusted(expect, cluster.bad)


@scene("apis-refuse-right-passwords", "The API of every replica refuses every password: 401. No token service does.")
def apis_refuse_right_passwords(cluster: Cluster, expect: Expectations) -> None:
    _mistrusted(expect, *cluster.replicas)
    expect.nothing_told()
    expect.unknown("STATUS-2", "reader:ci")


def _mistrusted(expect: Expectations, *replicas: Replica) -> None:
    for replica in replicas:
        replica.api_knows_passwords = False
    expect.no_status(*replicas)
    expect.cause("api-refuses-log-ins", *(f"replica:{replica.id}" for replica in replicas))
