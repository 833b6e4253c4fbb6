"""How people read the things of a run: `replica f2277ad178f7 (node-1, 10.0.0.11)` of `replica:f2277ad178f7`."""

from __future__ import annotations

from collections.abc import Sequence

from reports.diagnosis.case import name_of, type_of
from reports.records import Header

# In place of the type's own word.
_WORDS = {
    "token-service": "token service",
    "notary": "notary-server",
    "feed": "audit log",
    "network": "network",
    "mke": "MKE",
    "balancer": "load balancer",
    "this-machine": "this machine",
    "cluster": "cluster",
    "swarm": "swarm",
    "inventory": "inventory",
}
_PLURALS = {"MKE": "MKE", "repository": "repositories", "notary-server": "notary-servers"}
_WITH_ARTICLE = frozenset({"load balancer", "cluster", "swarm", "inventory"})
# Their names are known by themselves, and of no replica.
_MOST = 7


def place_of(header: Header, replica: str) -> str:
    """Where a replica is, as `node-1, 10.0.0.11:4443`; empty where the inventory does not name it."""
    place = header.replicas.get(replica)
    if place is None:
        return ""
    address = place.address if place.port == 443 else f"{place.address}:{place.port}"
    return ", ".join(filter(None, [place.node, address]))


def shown_things(header: Header, things: Sequence[str]) -> str:
    """All of these things, those of one type behind its word: `replicas f22… (node-1, …), f37… (node-2, …)`."""
    groups: dict[str, list[str]] = {}
    for thing in things:
        groups.setdefault(type_of(thing), []).append(thing)
    return " and ".join(_group(header, kind, members) for kind, members in groups.items())


def _group(header: Header, kind: str, things: Sequence[str]) -> str:
    word = _WORDS.get(kind, kind)
    named = [each for each in things if name_of(each)]
    if not named:
        return f"the {word}" if word in _WITH_ARTICLE else word
    many = len(named) > 1
    if kind == "container":
        names = [_container(header, name_of(each)) for each in named]
    elif kind == "link":
        ends = [name_of(each).split(">") for each in named]
        names = [f"{a} to {b}" for a, _, b in ((each[0], "", each[-1]) for each in ends)]
    else:
        names = [_name(header, kind, name_of(each)) for each in named]
    word = (_PLURALS.get(word) or f"{word}s") if many else word
    return f"{word} {listed(names, _MOST)}"


def _name(header: Header, kind: str, name: str) -> str:
    where = place_of(header, name) if kind == "replica" else _node(header, name)
    return f"{name} ({where})" if where else name


def _container(header: Header, name: str) -> str:
    """`dtr-registry-f2277ad178f7 (node-1)` of `registry-f2277ad178f7`."""
    where = _node(header, name.rpartition("-")[2])
    whole = f"dtr-{name}" if name.rpartition("-")[2] in header.replicas else name
    return f"{whole} ({where})" if where else whole


def _node(header: Header, replica: str) -> str:
    place = header.replicas.get(replica)
    return (place.node or "") if place else ""


def listed(names: Sequence[str], most: int = 4) -> str:
    """Names behind one another; of more than `most` only the first, and how many more there are."""
    more = len(names) - most
    return ", ".join(names) if more < 2 else f"{', '.join(names[:most])} and {more} more"
