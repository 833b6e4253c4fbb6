"""The headline of a run, and what to do first. Pure: from header and results to words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.diagnosis.cause import Cause
from reports.diagnosis.causes import find_causes
from reports.diagnosis.grouping import by_area, count
from reports.exit_code import required_not_judged
from reports.plain import many
from reports.records import Header, Result, VerdictWord
from reports.remedies import remedy

State = Literal["FAILED", "UNKNOWN", "PARTIAL", "WARNED", "HEALTHY"]

MOST_STEPS = 5

# Where the remedy of no single condition fits.
_ACTIONS = {
    "cut off": "check the network, VPN, firewall and DNS of this machine; try from another machine first",
    "majority": "remove nothing; save the logs, then bring nodes and containers back one by one until a majority is up",
}


@dataclass(frozen=True)
class Headline:
    """`text` is the whole line; `state` its first word, for the colour."""

    state: State
    text: str


@dataclass(frozen=True)
class Step:
    """One line of what to do first, and the cause that it is about, if it is about one."""

    text: str
    cause: Cause | None = None


def headline(header: Header, results: Sequence[Result]) -> Headline:
    """How the cluster is, in one line.

    Conditions are counted, not verdicts: one is judged when it has a verdict on every subject of the inventory and is
    neither UNKNOWN nor SKIPPED on any; one that does not apply counts as judged. What was not wholly judged is never
    called healthy.
    """
    conditions = [entry.id for entry in header.catalogue] or list(dict.fromkeys(r.condition for r in results))
    seen = {r.condition for r in results}
    blind = {r.condition for r in results if r.unchecked}
    judged = [name for name in conditions if name in seen - blind - set(header.left_out)]
    tally = f"{len(judged)} of {len(conditions)} conditions judged"

    def having(test: Callable[[Result], bool]) -> int:
        return len({r.condition for r in results if test(r)})

    failed = having(lambda r: r.verdict is VerdictWord.FAIL and r.critical)
    warned = having(lambda r: r.verdict is VerdictWord.WARN or (r.verdict is VerdictWord.FAIL and not r.critical))
    unknown = having(lambda r: r.verdict is VerdictWord.UNKNOWN)
    waived = having(lambda r: r.verdict is VerdictWord.WAIVED)
    demanded = _demanded(header, results)
    blocking = any(r.verdict is VerdictWord.UNKNOWN and (r.critical or header.fail_on == "warning") for r in results)

    parts = [
        f"{many(failed, 'condition')} failed" if failed else "",
        f"{many(warned, 'condition')} with warnings" if warned else "",
        f"{many(unknown, 'condition')} unknown" if unknown else "",
        f"{many(waived, 'condition')} waived" if waived else "",
        f"deselected in part: {_list(list(header.left_out), 8)}" if header.left_out else "",
        f"required but not judged: {', '.join(demanded)}" if demanded and not failed else "",
    ]
    state: State
    if failed or (warned and header.fail_on == "warning"):
        state = "FAILED"
    elif blocking or demanded or not seen - blind:
        state = "UNKNOWN"
    elif len(judged) < len(conditions):
        state = "PARTIAL"
    else:
        state = "WARNED" if warned else "HEALTHY"
    if any(r.reason == "run.interrupted" for r in results):
        tally += " before the run was interrupted"
    return Headline(state, "; ".join([f"{state}: {tally}", *filter(None, parts)]))


def counts_per_area(header: Header, results: Iterable[Result]) -> dict[str, dict[VerdictWord, int]]:
    """How many verdicts of each word in each area, areas in the order of the run."""
    return {area: count(members) for area, members in by_area(header, results).items()}


def first_steps(header: Header, results: Sequence[Result]) -> tuple[Step, ...]:
    """What to do first, at most five lines in order, one for each cause; none when there is nothing to do."""
    causes = find_causes(header, results)
    steps = [_step(header, cause) for cause in causes]
    covered = {r.condition for cause in causes for r in (*cause.results, *cause.explains)}
    demanded = [name for name in _demanded(header, results) if name not in covered]
    if demanded:
        steps.append(
            Step(f"Required but not judged in this run: {_list(demanded)} ({_why(header, results, demanded)}).")
        )
    if len(steps) <= MOST_STEPS:
        return tuple(steps)
    kept, rest = steps[: MOST_STEPS - 1], causes[MOST_STEPS - 1 :]
    names = dict.fromkeys(r.condition for cause in rest for r in cause.results)
    return (
        *kept,
        Step(f"Then {len(steps) - len(kept)} more steps, listed in the report: {_list([*names, *demanded], 8)}."),
    )


def _demanded(header: Header, results: Sequence[Result]) -> tuple[str, ...]:
    return required_not_judged(results, header.require, header.catalogue, header.left_out)


def _why(header: Header, results: Sequence[Result], demanded: Sequence[str]) -> str:
    if set(demanded) & {*header.deselected, *header.left_out}:
        return "deselected; run without -k, -m and paths, or change `require`"
    skipped = next((r for r in results if r.condition in demanded and r.verdict is VerdictWord.SKIPPED), None)
    return _short(skipped.message) if skipped and skipped.message else "no verdict"


def describe(header: Header, cause: Cause) -> str:
    """What is wrong, in a line, without what to do about it."""
    places = _list([_place(header, name) for name in cause.replicas], 7)
    first = cause.results[0] if cause.results else None
    match cause.kind:
        case "cut off":
            return f"No address in the inventory of {header.cluster} responds"
        case "majority" if cause.replicas:
            return f"The majority of the replicas is lost ({len(cause.replicas)} of {len(header.replicas)}): {places}"
        case "majority":
            return f"All {len(header.replicas)} replicas are unhealthy: their database has probably lost its majority"
        case "silent":
            if len(cause.replicas) > 1:
                return f"Replicas {places} do not respond"
            return f"Replica {places} does not respond" + (f': "{_short(first.message)}"' if first else "")
        case "unreached":
            return f"This machine does not reach {places} at the address in the inventory" + (
                f': "{_short(first.message)}"' if first else ""
            )
        case "replica" if first and first.message:
            return f'Replica {places} is unhealthy: {first.condition} {first.subject} "{_short(first.message)}"'
        case "replica":
            return f"Replica {places} is unhealthy"
        case _:
            return _summary(cause)


def _step(header: Header, cause: Cause) -> Step:
    if cause.kind in _ACTIONS:
        action = _ACTIONS[cause.kind]
    else:
        found = remedy(cause.remedy)
        action = found.sentence if found else ""
    explains = "" if cause.kind == "cut off" else _explains(cause)
    text = f"{describe(header, cause)}{explains}{': ' if action else ''}{action}"
    return Step(text if text.endswith("…") else f"{text}.", cause)


def _summary(cause: Cause) -> str:
    first = cause.results[0]
    conditions = list(dict.fromkeys(r.condition for r in cause.results))
    subjects = list(dict.fromkeys(r.subject for r in cause.results))
    if cause.kind == "unknown":
        words = f"{many(len(cause.results), 'verdict')} UNKNOWN ({_list(conditions, 6)})"
    else:
        words = f"{_list(conditions)} {_list(subjects, 3)}"
    return f"{words}: {_short(first.message)}" if first.message else words


def _explains(cause: Cause) -> str:
    """How much else the cause accounts for."""
    unknown = sum(r.verdict is VerdictWord.UNKNOWN for r in cause.explains)
    known = len(cause.explains) - unknown
    parts = [many(known, "other problem") if known else "", many(unknown, "UNKNOWN verdict") if unknown else ""]
    return f" (explains {' and '.join(filter(None, parts))})" if cause.explains else ""


def _place(header: Header, name: str) -> str:
    place = header.replicas[name]
    address = place.address if place.port == 443 else f"{place.address}:{place.port}"
    where = ", ".join(filter(None, [place.node, address]))
    return f"{name} ({where})" if where else name


def _list(names: Sequence[str], most: int = 4) -> str:
    more = len(names) - most
    return ", ".join(names) if more < 2 else f"{', '.join(names[:most])} and {more} more"


def _short(text: str, most: int = 200) -> str:
    line = re.sub(r"\s+", " ", text).strip().rstrip(".:")
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
