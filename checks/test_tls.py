"""The web certificates, which the guide does not verify (`curl -k`)."""

import re
from datetime import timedelta

from checks.condition import CRITICAL, condition
from checks.rules.wording import many
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
        "tls.not-verified": "the inventory disables the verification of certificates",
        "tls.untrusted": "no CA of the inventory signed the certificate",
        "tls.other-name": "the certificate is for another name than the public host",
        "tls.ca-dates": "the certificate of its CA has expired, or is not valid yet",
    },
)
def test_certificate_is_trusted(web_certificate: Certificate, inventory: Inventory) -> Verdict:
    """The certificate verifies against the inventory's CAs for the public host name."""
    shown = {"names": web_certificate.names, "issuer": web_certificate.issuer}
    if web_certificate.insecure:
        message = "the certificate is not verified: the inventory sets `insecure`"
        return warned("tls.not-verified", message, seen=shown, expected=inventory.public_host)
    if not web_certificate.mistrust:
        return passed(f"the certificate is valid for {inventory.public_host}", seen=shown)
    expected = f"{inventory.public_host}, by a CA of the inventory"
    message = f"the certificate does not verify: {web_certificate.mistrust}"
    return failed(_why(web_certificate.mistrust), message, seen=shown, expected=expected)


def _why(mistrust: str) -> str:
    """The code of what OpenSSL reports; the certificate's own dates are TLS-2's, so that dates are those of its CA."""
    if re.match(r"(Hostname|IP address) mismatch", mistrust):
        return "tls.other-name"
    return "tls.ca-dates" if re.search(r"has expired|not yet valid", mistrust) else "tls.untrusted"


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
    """The certificate is valid for at least 30 more days; less warns, and less than 7 days fails."""
    now, limits = web_certificate.now, inventory.limits.certificate_days
    until = f"{web_certificate.not_after:%Y-%m-%d %H:%M} UTC"
    expected = f"{limits.warn:g} more days"
    # A wrong clock of this machine looks the same, and nothing else can be asked then that would show it.
    clock = f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC"
    if web_certificate.not_before > now:
        message = f"the certificate is not valid before {web_certificate.not_before:%Y-%m-%d %H:%M} UTC; {clock}"
        return failed("tls.not-yet-valid", message, seen=until)
    left = web_certificate.not_after - now
    if left <= timedelta(0):
        since = web_certificate.not_after
        message = f"the certificate expired on {until}; {clock}"
        return failed("tls.expired", message, seen=until, expected=expected, since=since)
    days = f"in {many(left.days, 'day')}" if left.days else "within a day"
    message = f"the certificate expires {days}, on {until}"
    if left >= timedelta(days=limits.warn):
        return passed(message, seen=until, expected=expected)
    verdict = warned if left >= timedelta(days=limits.fail) else failed
    return verdict("tls.expiring", message, seen=until, expected=expected)
