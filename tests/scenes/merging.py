"""The recorded runs of two scenes as one run of both: far cheaper than to play both on one cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from reports.records import PROBLEMS, Header, Result, VerdictWord
from reports.results import Run

Key: TypeAlias = tuple[str, str]

_OWN_PORT = re.compile(r"^localhost:[0-9]+$")
# What a system gives out, and what stands for it.
_PORTS_GIVEN, _PORTS = 1024, 4430
_GRAVEST = tuple(VerdictWord)
_JUDGED = (*PROBLEMS, VerdictWord.PASS)


def comparable(run: Run) -> Run:
    """The run without what differs from start to start: the ports of MKE, of the address of users, and of replicas."""
    places = run.header.replicas
    ports = {place.port: _PORTS + number for number, place in enumerate(places.values()) if place.port >= _PORTS_GIVEN}
    header = replace(
        run.header,
        replicas={name: replace(each, port=ports.get(each.port, each.port)) for name, each in places.items()},
    )
    return replace(run, header=header, results=tuple(_comparable(each, ports) for each in run.results))


def _comparable(result: Result, ports: Mapping[int, int]) -> Result:
    because, seen = result.because, result.seen
    if isinstance(seen, Mapping) and isinstance(seen.get("https"), Mapping):
        seen = {**seen, "https": {name: [ports.get(n, n) for n in own] for name, own in seen["https"].items()}}
    if because is not None:
        because = replace(because, subject=_OWN_PORT.sub("localhost", because.subject))
    return replace(result, subject=_OWN_PORT.sub("localhost", result.subject), because=because, seen=seen)


def merged(healthy: Run, one: Run, other: Run) -> Run | None:
    """Of each subject the worse verdict, of equal ones that which differs from a healthy cluster's; the first of two.

    None where the one hides what is wrong in the other: it is UNKNOWN there, or not judged, or wrong for another
    reason; and where both have an inventory of their own.
    """
    header = _header(healthy, one, other)
    if header is None:
        return None
    first, second, usual = _by_key(one), _by_key(other), _by_key(healthy)
    found = []
    for key in dict.fromkeys((*first, *second)):
        ours, theirs = first.get(key), second.get(key)
        if _hidden(ours, theirs, usual.get(key)) or _hidden(theirs, ours, usual.get(key)):
            return None
        if not _gone(ours, theirs) and not _gone(theirs, ours):
            found.append(_worse(ours, theirs, usual.get(key)))
    return Run(header, tuple(found))


def _header(healthy: Run, *runs: Run) -> Header | None:
    own = [each.header for each in runs if _places(each.header) != _places(healthy.header)]
    return (own or [runs[0].header])[0] if len(own) < 2 else None


def _places(header: Header) -> tuple[object, ...]:
    """Where its inventory says that all is; the ports that a system gives out differ from start to start."""
    replicas = [(each.node, each.address, each.port < _PORTS_GIVEN) for each in header.replicas.values()]
    return (header.nodes, replicas)


def _by_key(run: Run) -> Mapping[Key, Result]:
    return {(each.condition, each.subject): each for each in run.results}


def _hidden(result: Result | None, other: Result | None, usual: Result | None) -> bool:
    """Whether a problem would not be seen with the other fault, or be said in another way."""
    if result is None or result.verdict not in PROBLEMS:
        return False
    if other is not None and other.verdict in PROBLEMS:
        return (result.verdict, result.reason, result.about) != (other.verdict, other.reason, other.about)
    return usual is not None and usual.verdict in _JUDGED and (other is None or other.verdict not in _JUDGED)


def _gone(result: Result | None, other: Result | None) -> bool:
    """Whether it is not judged with the one fault, and well with the other."""
    return result is None and other is not None and other.verdict not in PROBLEMS


def _worse(one: Result | None, other: Result | None, usual: Result | None) -> Result:
    if one is None or other is None:
        return one or other  # type: ignore[return-value]
    if one.verdict == other.verdict:
        if isinstance(one.seen, Mapping) and isinstance(other.seen, Mapping) and len(one.seen) != len(other.seen):
            # How often the balancer chose which replica differs from run to run, but not that it never chose one.
            return min(one, other, key=lambda each: len(each.seen) if isinstance(each.seen, Mapping) else 0)
        return other if usual is not None and _says(one) == _says(usual) else one
    if {one.verdict, other.verdict} & PROBLEMS:
        return min(one, other, key=lambda each: _GRAVEST.index(each.verdict))
    return other if usual is not None and one.verdict == usual.verdict else one


def _says(result: Result) -> tuple[object, ...]:
    return (result.verdict, result.seen, result.about)
