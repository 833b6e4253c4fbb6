"""The impact of causes in a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from reports.diagnosis.finding import Harm
from reports.diagnosis.harms import THREATS, WORDS, WORKS
from reports.diagnosis.impact import Basis, Impact


def impact_text(impacts: Collection[Impact]) -> str:
    """The impact of one cause, or of all, in a sentence without its full stop."""
    if not impacts:
        return "not known"
    lost = _by_harm(impacts)
    serious = [each for each in lost if each.harm is not Harm.UNNOTICED] or lost[:1]
    groups: dict[tuple[str, Basis], dict[str, None]] = {}
    for each in serious:
        if each.harm in WORDS:
            groups.setdefault((each.whom, each.basis), {})[_words(each)] = None
    parts = [
        f"{whom or 'nobody'} can{'not' if whom else ''} {_listed(words, 'or')} ({basis})"
        for (whom, basis), words in groups.items()
    ]
    threats = dict.fromkeys(_threat(each) for each in serious if each.harm in THREATS)
    return "; ".join([*parts, *threats, *_working(impacts)])


def _by_harm(impacts: Collection[Impact]) -> list[Impact]:
    """What fails, the gravest first, each once: as measured where one cause measured what another one infers."""
    found: dict[tuple[Harm, str, str], Impact] = {}
    for each in impacts:
        key = (each.harm, each.whom, each.what)
        if not each.works and (key not in found or each.basis == "measured"):
            found[key] = each
    return sorted(found.values(), key=lambda one: one.harm)


def _words(impact: Impact) -> str:
    words = WORDS[impact.harm]
    if not impact.what:
        return words
    return f"{words} {impact.what}" if impact.harm is Harm.PULL else f"{words} of {impact.what}"


def _threat(impact: Impact) -> str:
    if impact.harm is Harm.UNNOTICED and impact.what:
        return f"users notice nothing ({impact.what})"
    return f"{THREATS[impact.harm].format(what=impact.what)} ({impact.basis})"


def _working(impacts: Collection[Impact]) -> list[str]:
    """What works, but for what another cause lets fail, by where."""
    lost = {each.harm for each in impacts if not each.works}
    where: dict[str, dict[str, None]] = {}
    for each in impacts:
        if each.works and each.harm not in lost and Harm.REACH not in lost:
            where.setdefault(each.whom, {})[WORKS[each.harm]] = None
    if len(where) > 1 and "" in where:
        where = {at: {word: None for word in words if not at or word not in where[""]} for at, words in where.items()}
    return [
        f"{_listed(words, 'and')} {_verb(words)}{f' at {at}' if at else ''} (measured)"
        for at, words in where.items()
        if words
    ]


def _verb(words: Iterable[str]) -> str:
    return "works" if list(words) in (["/v2/"], ["the API"]) else "work"


def _listed(words: Iterable[str], last: str) -> str:
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end
