"""The problems as the page shows them: one card for each cause, with what follows from it and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.diagnosis.blame import blamed
from reports.diagnosis.cause import Cause
from reports.diagnosis.causes import find_causes
from reports.diagnosis.grouping import Group, group
from reports.diagnosis.headline import describe
from reports.records import Header, Result, VerdictWord, worst
from reports.remedies import Remedy, remedy, render_each

# The containers in which the product's own command line works on a node.
SETUP_HELPERS = ("container:dtr-phase2", "container:dtr-helper")
# In the table of what follows a warning says more than what was not seen.
_ROWS = (VerdictWord.FAIL, VerdictWord.WARN, VerdictWord.UNKNOWN)


@dataclass(frozen=True)
class Card:
    """One cause: `own` shows it, `follows` is explained by it.

    `remedy` is filled in for this cluster; it is None when an earlier card shows the same, and `remedy_id` names it.
    """

    words: str
    worst: VerdictWord
    own: list[Group]
    follows: list[Group]
    remedy: Remedy | None
    remedy_id: str | None


def cards(header: Header, results: Sequence[Result]) -> list[Card]:
    """One card for each cause, in the order of `first_steps`."""
    causes = find_causes(header, results)
    down = {name for cause in causes for name in cause.replicas}
    made: list[Card] = []
    for cause in causes:
        found = remedy(cause.remedy)
        shown = found is not None and found.id in {card.remedy_id for card in made}
        filled = None
        if found and not shown:
            # It is shown once, and for all causes whose remedy it is.
            same = [each for each in causes if each.remedy == cause.remedy]
            subjects = sorted({result.subject for each in same for result in each.results})
            at_fault = {name for each in same for name in _at_fault(header, each)}
            filled = _filled(header, results, found, subjects, at_fault, down)
        made.append(
            Card(
                words=describe(header, cause),
                worst=worst((*cause.results, *cause.explains)).verdict,
                own=group(cause.results),
                follows=sorted(group(cause.explains), key=lambda found: _ROWS.index(found.first.verdict)),
                remedy=filled,
                remedy_id=found.id if found else None,
            )
        )
    return made


def other_remedies(header: Header, results: Sequence[Result], made: Sequence[Card]) -> list[Remedy]:
    """The remedies of what only follows from something else, each once; what is UNKNOWN needs none of its own."""
    shown = {card.remedy_id for card in made}
    groups: dict[str, list[Result]] = {}
    for each in (each for card in made for each in (*card.own, *card.follows)):
        if each.first.remedy and each.first.verdict is not VerdictWord.UNKNOWN:
            groups.setdefault(each.first.remedy, []).extend(each.results)
    down = {name for cause in find_causes(header, results) for name in cause.replicas}
    return [
        _filled(header, results, found, sorted({r.subject for r in of}), _blamed(header, of), down)
        for name, of in groups.items()
        if name not in shown and (found := remedy(name))
    ]


def _filled(
    header: Header,
    results: Sequence[Result],
    found: Remedy,
    subjects: Sequence[str],
    at_fault: set[str],
    down: set[str],
) -> Remedy:
    """The remedy for these subjects and replicas; without what needs a healthy replica where none is."""
    pinged = {r.subject for r in results if r.condition == "PING-1"}
    healthy = _healthy(header, results, down | at_fault)
    if healthy is None and header.replicas.keys() <= pinged:
        possible = tuple(one for one in found.last_resort if not one.needs_a_healthy_replica)
        found = replace(found, last_resort=possible)
    return render_each(found, header, subjects, _in_order(header, at_fault), healthy=healthy)


def withheld(results: Sequence[Result]) -> str | None:
    """Why removing and joining is withheld, or None: the wrong replica would go, or a join runs or failed."""
    if any(r.condition == "IDENT-1" and r.verdict in (VerdictWord.FAIL, VerdictWord.WARN) for r in results):
        return "another replica responds than the inventory names (IDENT-1): the wrong one would be removed"
    if any(r.reason == "ctr.join-failed" for r in results):
        return "a join or an upgrade failed (CTR-7): read why, and fix that first"
    # Containers left by an overlay test do no harm.
    if any(thing.startswith(SETUP_HELPERS) for r in results if r.condition == "CTR-7" for thing in r.about):
        return "a helper container is there (CTR-7): a join or an upgrade may be running"
    return None


def _at_fault(header: Header, cause: Cause) -> set[str]:
    """The replicas that the commands are about."""
    if cause.replicas:
        return set(cause.replicas)
    # The subjects of STATUS-6 are replica ids that the inventory may not have: a ghost.
    ghosts = {r.subject for r in cause.results if r.condition == "STATUS-6"}
    return ghosts or _blamed(header, cause.results)


def _blamed(header: Header, results: Sequence[Result]) -> set[str]:
    """The replicas that these verdicts are about; where they blame none, those that they are said of."""
    said_of = {part for result in results for part in result.subject.split(":")} & header.replicas.keys()
    return {name for result in results for name in blamed(header, result)} or said_of


def _in_order(header: Header, names: set[str]) -> list[str]:
    """In the inventory's order, and what it does not name at the end."""
    return [*(name for name in header.replicas if name in names), *sorted(names - header.replicas.keys())]


def _healthy(header: Header, results: Sequence[Result], at_fault: set[str]) -> str | None:
    """A replica that reports itself healthy and that nothing blames, for `--existing-replica-id`."""
    healthy = {r.subject for r in results if r.condition == "PING-1" and r.verdict is VerdictWord.PASS} - at_fault
    return next((name for name in header.replicas if name in healthy), None)
