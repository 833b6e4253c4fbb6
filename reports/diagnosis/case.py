"""The evidence of one run, as the rules of the diagnosis ask for it.

Pure: it reads nothing but the fields of results.jsonl, and no message.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property

from reports.records import PROBLEMS, Header, Result, VerdictWord


class Case:
    """All verdicts of a run, and the problems among them that no cause has claimed yet (`left`).

    lost: the nodes that somebody declared as gone for good (`--declare lost=NODE`).
    """

    def __init__(self, header: Header, results: Sequence[Result]) -> None:
        self.header = header
        self.results = tuple(results)
        self.lost = header.lost
        self._left = {id(each): each for each in results if each.verdict in PROBLEMS}
        self._order = {key: number for number, key in enumerate(self._left)}
        self._by_reason: dict[str, list[Result]] = {}
        for each in self._left.values():
            self._by_reason.setdefault(each.reason or "", []).append(each)
        self._named: dict[tuple[str, ...], frozenset[str]] = {}

    # -- verdicts

    @cached_property
    def _by_condition(self) -> dict[str, list[Result]]:
        found: dict[str, list[Result]] = {}
        for each in self.results:
            found.setdefault(each.condition, []).append(each)
        return found

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], Result]:
        return {(each.condition, each.subject): each for each in self.results}

    def of(self, *conditions: str, word: VerdictWord | None = None) -> list[Result]:
        """The verdicts of these conditions, all or those of one word."""
        found = (each for name in conditions for each in self._by_condition.get(name, ()))
        return [each for each in found if word is None or each.verdict is word]

    def verdict(self, condition: str, subject: str) -> Result | None:
        """The verdict of a condition on a subject; None where it was not judged."""
        return self._by_key.get((condition, subject))

    def passes(self, condition: str, subject: str) -> bool:
        """Whether it passed there; what was not judged did not."""
        found = self.verdict(condition, subject)
        return found is not None and found.verdict is VerdictWord.PASS

    def passing(self, condition: str, within: str) -> list[Result]:
        """What passed of a condition on a subject, or on a part of it: `CTR-1` of a replica for each container."""
        return [r for r in self.of(condition, word=VerdictWord.PASS) if within in r.subject.split(":")]

    def fails(self, condition: str, within: str) -> list[Result]:
        """What failed of a condition on a subject, or on a part of it; warnings count."""
        wrong = (VerdictWord.FAIL, VerdictWord.WARN)
        return [r for r in self.of(condition) if r.verdict in wrong and within in r.subject.split(":")]

    @cached_property
    def unanswered(self) -> dict[tuple[str, str], Result]:
        """By probe and subject the first verdict that is UNKNOWN because that probe had no response there."""
        found: dict[tuple[str, str], Result] = {}
        for each in self.results:
            because = each.because
            if each.verdict is VerdictWord.UNKNOWN and because is not None and because.probe:
                found.setdefault((because.probe, because.subject), each)
        return found

    # -- problems

    @property
    def left(self) -> list[Result]:
        """The problems that no cause has claimed yet, in the order of the run."""
        return list(self._left.values())

    def left_for(self, *reasons: str) -> list[Result]:
        """The problems left that have one of these reasons, in the order of the run.

        A reason that ends in `.` stands for all that begin with it.
        """
        named = [mine for reason, mine in self._by_reason.items() if _is_one_of(reason, reasons)]
        hits = [each for mine in named for each in mine if id(each) in self._left]
        return sorted(hits, key=lambda each: self._order[id(each)]) if len(named) > 1 else hits

    def found(self, *reasons: str, unknown: bool = False) -> list[Result]:
        """Of the problems left for these reasons the failures and warnings, or what is UNKNOWN."""
        return [each for each in self.left_for(*reasons) if (each.verdict is VerdictWord.UNKNOWN) is unknown]

    def take(self, wanted: Iterable[Result]) -> tuple[Result, ...]:
        """Claim these of the problems left."""
        taken = tuple(each for each in wanted if id(each) in self._left)
        for each in taken:
            self._left.pop(id(each), None)
        return tuple({id(each): each for each in taken}.values())

    def take_where(self, wanted: Callable[[Result], bool]) -> tuple[Result, ...]:
        """Claim those of the problems left of which this holds."""
        return self.take([each for each in self._left.values() if wanted(each)])

    # -- things

    @cached_property
    def replicas(self) -> tuple[str, ...]:
        """The ids of the replicas, in the inventory's order."""
        return tuple(self.header.replicas)

    def replicas_of(self, things: tuple[str, ...]) -> frozenset[str]:
        """The replicas among these things: themselves, their containers, databases, services or links."""
        if things not in self._named:
            names = {part for thing in things for part in name_of(thing).split(">")}
            # An id has no hyphen: it is all of a name, or its end.
            ends = names | {name.rpartition("-")[2] for name in names}
            self._named[things] = frozenset(ends & self.header.replicas.keys())
        return self._named[things]

    @cached_property
    def against(self) -> dict[str, list[Result]]:
        """By replica what speaks against it: what fails about it, and what is critical and could not be judged."""
        found: dict[str, list[Result]] = {name: [] for name in self.replicas}
        for each in self.results:
            critical = each.critical and each.verdict is VerdictWord.UNKNOWN
            if each.verdict is VerdictWord.FAIL or critical:
                for name in self.replicas_of(each.about):
                    found[name].append(each)
        return found

    def node_of(self, replica: str) -> str | None:
        """The node of a replica, where the inventory says it."""
        place = self.header.replicas.get(replica)
        return place.node if place else None

    def replicas_on(self, node: str) -> tuple[str, ...]:
        """The replicas of a node."""
        return tuple(name for name, place in self.header.replicas.items() if place.node == node)

    def in_order(self, things: Iterable[str]) -> tuple[str, ...]:
        """Things, each once, those of the inventory's replicas and nodes in its order, the others after them: the links
        between these by their ends.
        """
        order = {name: number for number, name in enumerate((*self.replicas, *self.header.nodes))}

        def number(name: str) -> int:
            return order.get(name, order.get(name.rpartition("-")[2], len(order)))

        def place(thing: str) -> tuple[int, list[int], str]:
            name = name_of(thing)
            return (number(name), [number(end) for end in name.split(">")], thing)

        return tuple(sorted(set(things), key=place))


def has_reason(result: Result, reasons: Collection[str]) -> bool:
    """Whether a verdict has one of these reasons; one that ends in `.` stands for all that begin with it."""
    return _is_one_of(result.reason or "", reasons)


def _is_one_of(reason: str, reasons: Collection[str]) -> bool:
    return any(reason == each or (each.endswith(".") and reason.startswith(each)) for each in reasons)


def type_of(thing: str) -> str:
    """`replica` of `replica:f2277ad178f7`."""
    return thing.partition(":")[0]


def name_of(thing: str) -> str:
    """`f2277ad178f7` of `replica:f2277ad178f7`; empty for `balancer`."""
    return thing.partition(":")[2]


def things_of(results: Iterable[Result], *types: str) -> tuple[str, ...]:
    """What these verdicts are about, each once: all things, or those of these types."""
    found = dict.fromkeys(thing for each in results for thing in each.about)
    return tuple(thing for thing in found if not types or type_of(thing) in types)


def replicas_in(case: Case, result: Result) -> frozenset[str]:
    """The replicas that a verdict is about: themselves, their containers, databases, services or links."""
    return case.replicas_of(result.about)


def nodes_in(result: Result) -> frozenset[str]:
    """The nodes that a verdict is about."""
    return frozenset(name_of(thing) for thing in result.about if type_of(thing) == "node")


def is_of_replica(thing: str, replica: str) -> bool:
    """Whether a thing is of a replica: itself, its database, its services, one of its containers or volumes."""
    name = name_of(thing)
    return name == replica or name.endswith(f"-{replica}")


def fails(result: Result) -> bool:
    """Whether it is a FAIL."""
    return result.verdict is VerdictWord.FAIL


def wrong(result: Result) -> bool:
    """Whether it is a FAIL or a WARN."""
    return result.verdict in (VerdictWord.FAIL, VerdictWord.WARN)


def unknown(result: Result) -> bool:
    """Whether it could not be judged."""
    return result.verdict is VerdictWord.UNKNOWN
