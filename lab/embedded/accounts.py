"""Who asks: basic auth with a password or an access token, checked by MKE, and locked after too many failures."""

import base64
import binascii
import threading
from collections import Counter
from dataclasses import dataclass

from lab.embedded.state import Account, Cluster

FAILURES_UNTIL_LOCKED = 5


@dataclass(frozen=True)
class Caller:
    """name: the user name that was given, None without credentials. account: None unless the log-in worked."""

    name: str | None = None
    account: Account | None = None
    locked: bool = False

    @property
    def refused(self) -> bool:
        return self.name is not None and self.account is None

    @property
    def admin(self) -> bool:
        return self.account is not None and self.account.admin


class Doorman:
    """Counts failures per user name over all replicas, as MKE does."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._failures: Counter[str] = Counter()
        self._lock = threading.Lock()

    def caller(self, authorization: str | None) -> Caller:
        if not authorization or not authorization.lower().startswith("basic "):
            return Caller()
        try:
            name, _, secret = base64.b64decode(authorization[6:], validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return Caller(name="")
        account = next((known for known in self._cluster.accounts if known.name == name), None)
        with self._lock:
            if (account and account.locked) or self._failures[name] >= FAILURES_UNTIL_LOCKED:
                return Caller(name, locked=True)
            if not self._cluster.mke.logs_in:
                return Caller(name)
            if account and secret in (account.password, account.token):
                return Caller(name, account)
            if self._cluster.mke.takes_any_password:
                return Caller(name, account or Account(name))
            self._failures[name] += 1
            return Caller(name)
