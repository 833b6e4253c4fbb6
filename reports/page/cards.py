"""The problems as the page shows them: one card for each cause, with what follows from it and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.diagnosis.blame import blamed
from reports.diagnosis.cause import Cause
from reports.diagnosis.causes import find_causes
from reports.diagnosis.grouping import Group, group
from reports.diagnosis.headline import describe
from reports.records import Header, Result, VerdictWord, worst
from reports.remedies import Remedy, remedy, render

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
    healthy = _healthy(header, results, causes)
    made: list[Card] = []
    for cause in causes:
        found = remedy(cause.remedy)
        shown = found is not None and found.id in {card.remedy_id for card in made}
        filled = None
        if found and not shown:
            subject = _only({r.subject for r in cause.results}) or ""
            filled = render(found, header, subject, replica=_at_fault(header, cause), healthy=healthy)
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


def other_remedies(header: Header, made: Sequence[Card]) -> list[Remedy]:
    """The remedies of what only follows from something else, each once; what is UNKNOWN needs none of its own."""
    shown = {card.remedy_id for card in made}
    shown_first = [found.first for card in made for found in (*card.own, *card.follows)]
    ids = dict.fromkeys(one.remedy for one in shown_first if one.verdict is not VerdictWord.UNKNOWN)
    return [render(found, header) for name in ids if name not in shown and (found := remedy(name))]


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


def _at_fault(header: Header, cause: Cause) -> str | None:
    """The one replica that the commands are about; None when there are several."""
    if cause.replicas:
        return _only(set(cause.replicas))
    # The subjects of STATUS-6 are replica ids that the inventory may not have: a ghost.
    ghosts = {r.subject for r in cause.results if r.condition == "STATUS-6"}
    return _only(ghosts or {name for result in cause.results for name in blamed(header, result)})


def _only(names: set[str]) -> str | None:
    return next(iter(names)) if len(names) == 1 else None


def _healthy(header: Header, results: Sequence[Result], causes: Sequence[Cause]) -> str | None:
    """A replica that reports itself healthy and that nothing blames, for `--existing-replica-id`."""
    at_fault = {name for cause in causes for name in cause.replicas}
    healthy = {r.subject for r in results if r.condition == "PING-1" and r.verdict is VerdictWord.PASS} - at_fault
    return next((name for name in header.replicas if name in healthy), None)
