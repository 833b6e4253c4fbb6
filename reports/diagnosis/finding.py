"""What a rule of the diagnosis is: the kind of cause that it finds, and what it says of one.

A kind is declared where its rule stands (`@cause(…)`), one module per family of causes. Its docstring says what it is,
and under `Needs:`, `Predicts:` and `Contradicted by:` what the rule weighs; docs/diagnosis.md is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from reports.records import Result, VerdictWord

if TYPE_CHECKING:
    from reports.diagnosis.case import Case


class Harm(IntEnum):
    """What users or operators cannot do, or what threatens; the gravest first."""

    START_WORKLOADS = 1
    REACH = 2
    SIGN_IN = 3
    V2 = 4
    UNHEALTHY_REPLICA = 5
    PULL = 6
    MISSING_IMAGES = 7
    DROPPED = 8
    PULL_SIGNED = 9
    PUSH = 10
    DELETE = 11
    SIGN = 12
    OTHER_NODES = 13
    LOSE_PUSHES = 14
    EXPOSED = 15
    JOBS = 16
    SOME_JOBS = 17
    WEB = 18
    AUDIT_LOG = 19
    TRUST_LOG = 20
    CUT_OFF = 21
    EXPIRY = 22
    NEW_CONNECTIONS = 23
    NEXT_FAILURE = 24
    UNNOTICED = 25


def _nothing(_result: Result) -> bool:
    return False


@dataclass(frozen=True)
class Finding:
    """One fault that a rule found.

    things: what is at fault, `type:name`. shown_by: the verdicts that show it, those that were not claimed by a deeper
    cause; the first one's message is quoted. contradicted_by: verdicts that speak against it. predicts: whether another
    problem follows from it. affects: the things of which nothing can be seen while it lasts: what is UNKNOWN about them
    alone follows from it. harms, ladder, title, remedy: instead of those of the kind. detail: instead of the quoted
    message; None quotes it.
    """

    things: tuple[str, ...]
    shown_by: tuple[Result, ...]
    contradicted_by: tuple[Result, ...] = ()
    predicts: Callable[[Result], bool] = _nothing
    affects: frozenset[str] = frozenset()
    harms: tuple[Harm, ...] | None = None
    ladder: tuple[str, ...] | None = None
    detail: str | None = None
    title: str | None = None
    remedy: str | None = None


Rule = Callable[["Case"], Iterable[Finding]]
Consequence = Callable[["Case", tuple[str, ...]], Callable[[Result], bool]]
"""Of a case and of what is at fault: whether a problem follows from it."""

_SECTION = re.compile(r"^(Needs|Predicts|Contradicted by): (.+?)(?=^\S[^\n]*: |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Kind:
    """A kind of cause. title: what is wrong, with `{things}` for what is at fault, and `{s}` for a verb's ending where
    that is one thing. remedy: the id of what it means and how to look closer; others: those that a finding may have in
    its place. logs: the reasons of lines that it leaves in logs. ladder: the rungs of recovery that may help, from the
    top; harms: who suffers how, as far as this is not measured otherwise.
    """

    id: str
    title: str
    remedy: str
    harms: tuple[Harm, ...]
    ladder: tuple[str, ...]
    rule: Rule
    others: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        """The first paragraph of the rule's docstring."""
        return " ".join(_text(self.rule).partition("\n\n")[0].split())

    def section(self, name: str) -> str:
        """`Needs`, `Predicts` or `Contradicted by` of the docstring; empty where it has none."""
        found = {key: " ".join(text.split()) for key, text in _SECTION.findall(_text(self.rule))}
        return found.get(name, "")


def _text(rule: Rule) -> str:
    lines = (rule.__doc__ or "").splitlines()
    return "\n".join(line.strip() for line in lines).strip()


class Family:
    """The kinds of one module, in the order in which they are weighed: what explains others first."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []

    def cause(
        self,
        name: str,
        title: str,
        *,
        remedy: str,
        others: tuple[str, ...] = (),
        harms: tuple[Harm, ...] = (Harm.UNNOTICED,),
        ladder: tuple[str, ...] = ("repair-first",),
        logs: tuple[str, ...] = (),
    ) -> Callable[[Rule], Rule]:
        """Add the decorated rule as a kind of cause."""

        def add(rule: Rule) -> Rule:
            self.kinds.append(Kind(name, title, remedy, harms, ladder, rule, others, logs))
            return rule

        return add

    def by_reason(
        self,
        name: str,
        title: str,
        meaning: str,
        *reasons: str,
        things: tuple[str, ...] = (),
        conditions: tuple[str, ...] = (),
        word: VerdictWord | None = None,
        unknown: bool = False,
        predicts: Consequence | None = None,
        explains: str = "what is not seen because of it",
        remedy: str,
        harms: tuple[Harm, ...] = (Harm.UNNOTICED,),
        ladder: tuple[str, ...] = ("repair-first",),
    ) -> None:
        """Add a kind whose reasons say it by themselves: one cause for all verdicts that have one of them.

        things: the types of what is at fault, where the verdicts are about more; conditions, word: only theirs;
        unknown: also what is UNKNOWN for it. predicts: what follows, of the case and the things at fault.
        """

        def rule(case: Case) -> Iterable[Finding]:
            own = [
                each
                for each in case.found(*reasons) + (case.found(*reasons, unknown=True) if unknown else [])
                if (not conditions or each.condition in conditions) and (word is None or each.verdict is word)
            ]
            if own:
                about = dict.fromkeys(thing for each in own for thing in each.about)
                at_fault = tuple(each for each in about if not things or each.partition(":")[0] in things)
                follows = predicts(case, at_fault) if predicts else _nothing
                yield Finding(at_fault or tuple(about), tuple(own), predicts=follows)

        listed = ", ".join(f"`{each}`" for each in reasons)
        rule.__doc__ = f"{meaning}\n\nNeeds: a verdict for the reason {listed}.\nPredicts: {explains}.\n"
        self.kinds.append(Kind(name, title, remedy, harms, ladder, rule))
