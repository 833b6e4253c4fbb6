"""The web certificates, which the guide passes over with `curl -k`."""

import re
from datetime import timedelta

from checks.condition import CRITICAL, condition
from checks.verdict import Verdict, failed, passed, warned
from fixtures.inventory import Inventory
from fixtures.probes.certificates import Certificate

SOURCE = "Beyond the guide: the web certificate"


@condition(
    "TLS-1",
    severity=CRITICAL,
    documented=SOURCE,
    remedy="web-certificate",
    reasons={
        "tls.not-verified": "the inventory says that certificates are not verified",
        "tls.untrusted": "no CA of the inventory vouches for the certificate",
        "tls.other-name": "the certificate is for another name than the public one",
        "tls.dates-of-the-ca": "the certificate of its CA has expired, or is not valid yet",
    },
)
def test_certificate_is_trusted(web_certificate: Certificate, inventory: Inventory) -> Verdict:
    """The certificate verifies against the inventory's CAs for the public name."""
    shown = {"names": web_certificate.names, "issuer": web_certificate.issuer}
    if web_certificate.insecure:
        message = "not verified: the inventory says `insecure`"
        return warned("tls.not-verified", message, seen=shown, expected=inventory.public_host)
    if not web_certificate.mistrust:
        return passed(f"valid for {inventory.public_host}", seen=shown)
    expected = f"{inventory.public_host}, by a CA of the inventory"
    return failed(_why(web_certificate.mistrust), web_certificate.mistrust, seen=shown, expected=expected)


def _why(mistrust: str) -> str:
    """The code of what OpenSSL says; the certificate's own dates are left aside, so that dates are those of its CA."""
    if re.match(r"(Hostname|IP address) mismatch", mistrust):
        return "tls.other-name"
    return "tls.dates-of-the-ca" if re.search(r"has expired|not yet valid", mistrust) else "tls.untrusted"


@condition(
    "TLS-2",
    severity=CRITICAL,
    documented=SOURCE,
    remedy="renew-certificate",
    reasons={
        "tls.not-yet-valid": "the certificate is not valid yet",
        "tls.expired": "the certificate has expired",
        "tls.expiring": "the certificate expires soon",
    },
)
def test_certificate_stays_valid(web_certificate: Certificate, inventory: Inventory) -> Verdict:
    """The certificate stays valid for another 30 days (warns), 7 days (fails)."""
    now, limits = web_certificate.now, inventory.limits.certificate_days
    until = f"{web_certificate.not_after:%Y-%m-%d %H:%M} UTC"
    expected = f"{limits.warn:g} more days"
    if web_certificate.not_before > now:
        message = f"not valid before {web_certificate.not_before:%Y-%m-%d %H:%M} UTC"
        return failed("tls.not-yet-valid", message, seen=until)
    left = web_certificate.not_after - now
    if left <= timedelta(0):
        since = web_certificate.not_after
        return failed("tls.expired", f"expired on {until}", seen=until, expected=expected, since=since)
    message = f"{left.days} days left, until {until}" if left.days else f"expires within a day, on {until}"
    if left >= timedelta(days=limits.warn):
        return passed(message, seen=until, expected=expected)
    told = warned if left >= timedelta(days=limits.fail) else failed
    return told("tls.expiring", message, seen=until, expected=expected)
