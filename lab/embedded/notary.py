"""notary-server as it was measured: the changefeed and the timestamps, its refusals and its errors.

A record is told when it is 60 s old by the clock of the database; an ID that it does not know, as the documented `1`,
is the same 500 as a database that is down; more than some millions of records end the whole process.
"""

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote

from lab.embedded.bearer import CATALOG, Judge, Scope, pull_of
from lab.embedded.reply import Asked, Manner, Reply, as_json, html
from lab.embedded.state import Cluster, Replica
from lab.embedded.tokens import Issuer
from lab.embedded.trust import Change

JSON = "application/json; charset=utf-8"
FOR_MINUTES = "public, max-age=300, s-maxage=300, must-revalidate"
FOR_A_MONTH = "public, max-age=2592000, s-maxage=2592000"
TABLES = frozenset({"changefeed", "tuf_files"})
DEFAULT_PAGE = 100
INT32 = 1 << 31
# Room for so many records is reserved before the database is asked.
ENOUGH_TO_END_IT = 10_000_000


def _errors(status: int, code: str, message: str, **detail: Any) -> Reply:
    body = {"errors": [{"code": code, "message": message, **detail}]}
    reply = as_json(status, body, indent=None, content_type=JSON)
    return replace(reply, body=reply.body + b"\n")


UNKNOWN = _errors(500, "UNKNOWN", "unknown error", detail={})
NO_SUCH_PATH = _errors(404, "METADATA_NOT_FOUND", "You have requested metadata that does not exist.")
NO_SUCH_DATA = _errors(404, "METADATA_NOT_FOUND", "You have requested metadata that does not exist.", detail={})


class Notary:
    """The notary-servers of all replicas, on one database."""

    def __init__(self, cluster: Cluster, issuer: Issuer) -> None:
        self._cluster = cluster
        self._issuer = issuer

    def answer(self, replica: Replica, asked: Asked, broken: frozenset[str] = frozenset()) -> Reply:
        """What that replica's notary-server answers; `broken`: those of its tables that it cannot read."""
        if not replica.notary_up:
            return html(502, "502 Bad Gateway")
        if replica.notary_frozen:
            return Reply(200, b"", manner=Manner.HELD)
        if asked.path == "/_notary_server/health":
            return as_json(200, {}, indent=None, content_type=JSON)
        gun, rest = _parts(asked.path)
        refusal = self._refusal(replica, asked, pull_of(gun) if gun else CATALOG)
        if refusal:
            return refusal
        if asked.path == "/v2/":
            return Reply(200, b"{}", "text/plain; charset=utf-8")
        if asked.method != "GET" or rest is None:
            return replace(NO_SUCH_PATH, body=b"") if asked.method == "HEAD" else NO_SUCH_PATH
        if rest == "changefeed":
            return self._feed(replica, gun, asked.query, "changefeed" not in broken)
        return UNKNOWN if "tuf_files" in broken else self._timestamp(replica, gun, rest.removeprefix("tuf/"))

    def _refusal(self, replica: Replica, asked: Asked, scope: Scope) -> Reply | None:
        host = self._cluster.host
        key, key_id = self._issuer.key if replica.trusts_tokens else Issuer().key
        judge = Judge(key, key_id, host, self._cluster.trust.service)
        wanted = None if self._cluster.trust.scopes_do_not_matter else scope
        error = judge.refusal(asked.authorization, wanted, self._cluster.now(replica).timestamp())
        if error is None:
            return None
        realm = f"https://{self._cluster.realm_host or host}/auth/token"
        challenge = f'Bearer realm="{realm}",service="{judge.service}",scope="{scope}"'
        challenge += f',error="{error}"' if error else ""
        detail = [{"Type": scope.kind, "Class": "", "Name": scope.name, "Action": scope.action}]
        reply = _errors(401, "UNAUTHORIZED", "authentication required", detail=detail)
        return replace(reply, headers=(("Www-Authenticate", challenge),))

    # --- the changefeed -------------------------------------------------------------------------------------------

    def _feed(self, replica: Replica, gun: str, query: str, readable: bool) -> Reply:
        asked = parse_qs(query, keep_blank_values=True)
        records, problem = _int32(asked.get("records", [""])[0])
        if problem:
            message = "The parameters provided are not valid."
            return _errors(400, "INVALID_PARAMETERS", message, detail=f"invalid records parameter: {problem}")
        if abs(records) >= ENOUGH_TO_END_IT:
            replica.notary_up = False
            return html(502, "502 Bad Gateway")
        change_id = asked.get("change_id", [""])[0]
        told = self._page(replica, gun, change_id, records or DEFAULT_PAGE) if readable else None
        if told is None:
            return UNKNOWN
        rows = [change.told(self._cluster.host) for change in told]
        nothing: list[object] | None = None if self._cluster.trust.empty_is_null else []
        body = json.dumps({"count": len(rows), "records": rows or nothing}, separators=(",", ":"))
        # No Content-Type is set, and Go's own guess is plain text.
        return Reply(200, body.encode(), "text/plain; charset=utf-8")

    def _page(self, replica: Replica, gun: str, change_id: str, records: int) -> list[Change] | None:
        """The records of a page, oldest first; None for an ID that is not known."""
        trust, now = self._cluster.trust, self._cluster.now(replica)
        everything = [*trust.changes, *replica.own_changes]
        told_of = {id(change) for change in trust.foreign.get(gun, [])}
        own = [
            (number, change)
            for number, change in enumerate(everything)
            if not gun or change.gun(self._cluster.host) == gun or id(change) in told_of
        ]
        if change_id in ("0", "-1"):
            visible = [change for _, change in own if change.at <= now - trust.delay]
            backwards = change_id == "-1" or records < 0
            return visible[-abs(records) :] if backwards else self._forwards(visible, records)
        place = next((number for number, change in enumerate(everything) if change.id == change_id), None)
        if place is None:
            return None
        mine = 0 if trust.inclusive else 1
        if records < 0:
            # Backwards from a record nothing is too young (measured).
            return [change for number, change in own if number <= place - mine][records:]
        after = [change for number, change in own if number >= place + mine]
        return self._forwards([change for change in after if change.at <= now - trust.delay], records)

    def _forwards(self, changes: list[Change], records: int) -> list[Change]:
        return [change for change in changes if change.id not in self._cluster.trust.lost_forwards][:records]

    # --- trust data ------------------------------------------------------------------------------------------------

    def _timestamp(self, replica: Replica, gun: str, name: str) -> Reply:
        """A timestamp by its SHA256 (lower case only), by its version, or the newest."""
        host, repository = self._cluster.host, gun.partition("/")[2]
        changes = [*self._cluster.trust.changes, *replica.own_changes, *self._cluster.trust.unlogged]
        own = [change for change in changes if change.gun(host) == gun and change.category == "update"]
        by_hash = re.fullmatch(r"timestamp\.([0-9a-f]{64})\.json", name)
        by_version = re.fullmatch(r"([0-9]+)\.timestamp\.json", name)
        if by_hash:
            own = [change for change in own if change.sha256 == by_hash[1]]
        elif by_version:
            own = [change for change in own if change.version == int(by_version[1])]
        elif name != "timestamp.json":
            return NO_SUCH_DATA
        body = self._cluster.trust.bodies.get((repository, own[-1].sha256)) if own else None
        if body is None:
            return NO_SUCH_DATA
        kept = FOR_MINUTES if name == "timestamp.json" else FOR_A_MONTH
        written = f"{own[-1].at:%a, %d %b %Y %H:%M:%S} +00:00"
        headers = (("Cache-Control", kept), ("Last-Modified", written))
        return Reply(200, body, "text/plain; charset=utf-8", headers)


def _parts(path: str) -> tuple[str, str | None]:
    """The repository (GUN) and what is asked of it; no GUN for the global feed, nothing for other paths."""
    match = re.fullmatch(r"/v2/(?:(.+)/)?_trust/(changefeed|tuf/[^/]+)", unquote(path))
    if match is None or (match[1] is None and match[2] != "changefeed"):
        return "", None
    return match[1] or "", match[2]


def _int32(text: str) -> tuple[int, str]:
    """A number as Go's strconv.ParseInt(…, 10, 32) reads it, or its words."""
    if not re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII):
        return 0, f'strconv.ParseInt: parsing "{text}": invalid syntax'
    if not -INT32 <= int(text) < INT32:
        return 0, f'strconv.ParseInt: parsing "{text}": value out of range'
    return int(text), ""
