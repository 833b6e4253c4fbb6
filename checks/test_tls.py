"""The web certificates, which the guide passes over with `curl -k`."""

from datetime import timedelta

from checks.condition import CRITICAL, condition
from checks.verdict import Verdict, failed, passed, warned
from fixtures.inventory import Inventory
from fixtures.probes.certificates import Certificate

SOURCE = "Beyond the guide: the web certificate"


@condition("TLS-1", severity=CRITICAL, documented=SOURCE, remedy="web-certificate")
def test_certificate_is_trusted(web_certificate: Certificate, inventory: Inventory) -> Verdict:
    """The certificate verifies against the inventory's CAs for the public name."""
    shown = {"names": web_certificate.names, "issuer": web_certificate.issuer}
    if web_certificate.insecure:
        return warned("not verified: the inventory says `insecure`", seen=shown, expected=inventory.public_host)
    if not web_certificate.mistrust:
        return passed(f"valid for {inventory.public_host}", seen=shown)
    return failed(web_certificate.mistrust, seen=shown, expected=f"{inventory.public_host}, by a CA of the inventory")


@condition("TLS-2", severity=CRITICAL, documented=SOURCE, remedy="renew-certificate")
def test_certificate_stays_valid(web_certificate: Certificate, inventory: Inventory) -> Verdict:
    """The certificate stays valid for another 30 days (warns), 7 days (fails)."""
    now, limits = web_certificate.now, inventory.limits.certificate_days
    until = f"{web_certificate.not_after:%Y-%m-%d %H:%M} UTC"
    expected = f"{limits.warn:g} more days"
    if web_certificate.not_before > now:
        return failed(f"not valid before {web_certificate.not_before:%Y-%m-%d %H:%M} UTC", seen=until)
    left = web_certificate.not_after - now
    if left <= timedelta(0):
        return failed(f"expired on {until}", seen=until, expected=expected)
    message = f"{left.days} days left, until {until}" if left.days else f"expires within a day, on {until}"
    told = passed if left >= timedelta(days=limits.warn) else warned if left >= timedelta(days=limits.fail) else failed
    return told(message, seen=until, expected=expected)
