"""What holds of every diagnosis, whatever goes wrong together on clusters of one to seven replicas."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reports.diagnosis.actions import Action
from reports.diagnosis.case import Case
from reports.diagnosis.diagnosis import Diagnosed, Diagnosis, diagnose
from reports.records import PROBLEMS, Result, VerdictWord
from tests.long import examples
from tests.reports.diagnosis.mixes import Mix, healthy, mixes
from tests.reports.samples import header
from tests.scenes.scrambling import scrambled

DESTRUCTIVE = frozenset({"reconfigure", "remove-join", "emergency-repair", "restore"})
"""The rungs after which something that was there before is gone."""

some = settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def concluded(diagnosis: Diagnosis) -> list[tuple[object, ...]]:
    """What is wrong, where, how that is known, who suffers and what to do; but for what is quoted."""
    return [
        (
            each.cause.id,
            each.cause.things,
            *([one.key for one in own] for own in (each.cause.shown_by, each.cause.against)),
            sorted(one.key for one in each.cause.explains),
            each.impacts,
            each.actions,
        )
        for each in diagnosis.causes
    ]


def given_commands(diagnosis: Diagnosis) -> dict[str, list[tuple[Diagnosed, Action]]]:
    """By rung that changes something, where its commands are shown."""
    found: dict[str, list[tuple[Diagnosed, Action]]] = {}
    for each in diagnosis.causes:
        for action in each.actions:
            if action.offered and action.changes:
                found.setdefault(action.rung, []).append((each, action))
    return found


@some
@given(mixes())
def test_every_problem_is_in_exactly_one_cause(mix: Mix) -> None:
    diagnosis = diagnose(mix.header, mix.results)
    found = Counter(one.key for each in diagnosis.causes for one in each.cause.problems)
    assert found == Counter(each.key for each in mix.results if each.verdict in PROBLEMS)
    assert all(each.cause.shown_by and each.text and each.impact for each in diagnosis.causes)


# What must have passed wherever a command is run, at all other replicas and their nodes, and once for the cluster.
_HERE = ("NODE-1", "NET-1", "CTR-5")
_NEEDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "start": (_HERE, (), ()),
    "restart-container": (_HERE, (), ()),
    "restart-replica": (_HERE, (), ()),
    "restart-engine": ((), ("NODE-1",), ()),
    "reconfigure": (_HERE, ("CTR-1", "STATUS-5", "VERSION-1", "CTR-3"), ("MKE-1",)),
    "remove-join": ((), ("CTR-1", "STATUS-5", "VERSION-1", "CTR-3"), ("MKE-1",)),
    "emergency-repair": ((), (), ("MKE-1",)),
    "restore": ((), (), ("MKE-1",)),
}


@some
@given(mixes())
def test_what_a_rung_needs_was_seen_wherever_its_command_is_shown(mix: Mix) -> None:
    """Read from the verdicts anew, as far as the conditions alone say it."""
    for rung, shown in given_commands(diagnose(mix.header, mix.results)).items():
        here, elsewhere, once = _NEEDS[rung]
        for diagnosed, action in shown:
            nodes = {each.where for each in action.commands} & set(mix.header.nodes)
            own = {name for name in mix.header.replicas for thing in diagnosed.cause.things if _is_of(mix, thing, name)}
            assert action.commands
            assert not diagnosed.cause.against or rung not in DESTRUCTIVE
            for name, place in mix.header.replicas.items():
                for condition in here if place.node in nodes else ():
                    assert _passed(mix, condition, name, place.node), (rung, condition, name)
                for condition in elsewhere if name not in own else ():
                    assert _passed(mix, condition, name, place.node), (rung, condition, name)
                if rung in ("remove-join", "emergency-repair") and name in own:
                    assert place.node in mix.header.lost
                    assert not _passed(mix, "NODE-1", name, place.node)
                    assert not _passed(mix, "PING-1", name, place.node)
                if rung == "restore":
                    assert place.node in mix.header.lost or not _passed(mix, "CTR-5", name, place.node)
            assert all(each.verdict is VerdictWord.PASS for each in mix.results if each.condition in once)


def _is_of(mix: Mix, thing: str, replica: str) -> bool:
    name = thing.partition(":")[2]
    return name in (replica, mix.header.replicas[replica].node) or name.endswith(f"-{replica}")


def _passed(mix: Mix, condition: str, replica: str, node: str | None) -> bool:
    """Whether it was judged at a replica or its node, and holds at all parts of it."""
    found = [e for e in mix.results if e.condition == condition and {replica, node} & set(e.subject.split(":"))]
    return bool(found) and all(each.verdict is VerdictWord.PASS for each in found)


@some
@given(mixes())
def test_other_words_change_nothing(mix: Mix) -> None:
    """Nothing is read from a message."""
    reworded = [
        replace(each, message=other.message) for each, other in zip(mix.results, scrambled(mix.results), strict=True)
    ]
    assert concluded(diagnose(mix.header, reworded)) == concluded(diagnose(mix.header, mix.results))


@some
@given(mixes(), st.data())
def test_other_names_are_all_that_differs_where_replicas_and_nodes_are_renamed(mix: Mix, data: st.DataObject) -> None:
    """What is said of a replica does not hang on how its id sorts, nor on a node's name."""
    names: dict[str, str] = {}
    for each in (list(mix.header.replicas), list(mix.header.nodes)):
        names |= dict(zip(each, data.draw(st.permutations(each)), strict=True))
    before = diagnose(mix.header, mix.results)
    after = diagnose(renamed(mix.header, names), renamed(mix.results, names))
    assert [renamed(each.cause.things, names) for each in before.causes] == [each.cause.things for each in after.causes]
    plain = [(each.cause.id, each.text, each.about, each.impact, each.actions, each.step) for each in before.causes]
    assert renamed(plain, names) == [
        (each.cause.id, each.text, each.about, each.impact, each.actions, each.step) for each in after.causes
    ]


def test_no_container_is_restarted_while_the_database_that_it_needs_is_not_seen_to_run() -> None:
    """Unhealthy with the database of its replica, of which this run then only lacks the verdict."""
    replica = next(iter(header().replicas))
    ill = {
        each.key: each
        for each in healthy(3)
        if each.key[1:] in (("CTR-1", f"{replica}:rethinkdb"), ("CTR-2", f"{replica}:notary-signer"))
    }
    stopped, unhealthy = ill.values()
    unhealthy = replace(unhealthy, verdict=VerdictWord.FAIL, reason="ctr.unhealthy")
    rest = [each for each in healthy(3) if each.key not in ill]
    assert "restart-container" in given_commands(diagnose(header(), [*rest, stopped, unhealthy]))
    assert "restart-container" not in given_commands(diagnose(header(), [*rest, unseen(stopped), unhealthy]))


def test_links_come_in_the_order_of_the_inventory_whatever_their_ends_are_called() -> None:
    case = Case(replace(header(), nodes=("zoe", "adam", "mia")), ())
    things = ("link:adam>mia", "link:zoe>mia", "link:zoe>adam", "node:mia", "table:dtr2.tags")
    assert case.in_order(things) == ("node:mia", "link:zoe>adam", "link:zoe>mia", "link:adam>mia", "table:dtr2.tags")


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The same with each of these names replaced, wherever it stands."""
    if isinstance(value, VerdictWord):
        return value
    if isinstance(value, str):
        return re.sub("|".join(map(re.escape, names)), lambda found: names[found[0]], value)
    if isinstance(value, Mapping):
        return {renamed(key, names): renamed(each, names) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(renamed(each, names) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: renamed(getattr(value, each.name), names) for each in fields(value)})
    return value


@some
@given(mixes(), st.data())
def test_one_more_pass_opens_no_destructive_rung_but_by_what_it_shows(mix: Mix, data: st.DataObject) -> None:
    """A PASS may show what a rung needs: then the rung was named before, and had only not been shown to be right."""
    there = {(each.condition, each.subject) for each in mix.results}
    absent = [each for each in healthy(len(mix.header.replicas)) if (each.condition, each.subject) not in there]
    assume(absent)
    more = data.draw(st.sampled_from(absent))
    before, after = diagnose(mix.header, mix.results), diagnose(mix.header, [*mix.results, more])
    for rung in (given_commands(after).keys() - given_commands(before).keys()) & DESTRUCTIVE:
        for diagnosed, _ in given_commands(after)[rung]:
            assert _was_only_not_shown(before, diagnosed, rung), (rung, more)


def _was_only_not_shown(before: Diagnosis, diagnosed: Diagnosed, rung: str) -> bool:
    same = [e for e in before.causes if (e.cause.id, e.cause.things) == (diagnosed.cause.id, diagnosed.cause.things)]
    named = [action for each in same for action in each.actions if action.rung == rung]
    return bool(named) and not any(unmet.found for action in named for unmet in action.unmet)


@some
@given(mixes(), st.data())
def test_less_evidence_opens_no_rung(mix: Mix, data: st.DataObject) -> None:
    """Whatever passed and is not seen any more."""
    passed = [number for number, each in enumerate(mix.results) if each.verdict is VerdictWord.PASS]
    assume(passed)
    hidden = set(data.draw(st.lists(st.sampled_from(passed), min_size=1, max_size=6)))
    dropped = data.draw(st.booleans())
    less = [
        each if number not in hidden else unseen(each)
        for number, each in enumerate(mix.results)
        if number not in hidden or not dropped
    ]
    before, after = diagnose(mix.header, mix.results), diagnose(mix.header, less)
    assert given_commands(after).keys() <= given_commands(before).keys(), [mix.results[each].key for each in hidden]


@some
@given(mixes(), st.data())
def test_a_failure_that_is_not_seen_any_more_opens_no_destructive_rung(mix: Mix, data: st.DataObject) -> None:
    """What it explained is then a cause of its own, against which something mild may be offered."""
    wrong = [number for number, each in enumerate(mix.results) if each.verdict in (VerdictWord.FAIL, VerdictWord.WARN)]
    assume(wrong)
    hidden = set(data.draw(st.lists(st.sampled_from(wrong), min_size=1, max_size=6)))
    less = [each if number not in hidden else unseen(each) for number, each in enumerate(mix.results)]
    before, after = diagnose(mix.header, mix.results), diagnose(mix.header, less)
    opened = given_commands(after).keys() - given_commands(before).keys()
    assert not opened & DESTRUCTIVE, [mix.results[each].key for each in hidden]


def unseen(result: Result) -> Result:
    """The same condition, which could not be judged."""
    return replace(result, verdict=VerdictWord.UNKNOWN, reason="run.not-queried", measured=None, seen=None)
