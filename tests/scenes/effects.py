"""Whether two scenes can be played on one cluster: what each changes, as far as the other leaves it as it is."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lab.embedded.expectations import Expectations
from lab.embedded.expecting import ExpectedCause, Verdicts
from lab.embedded.healthy import healthy_cluster
from lab.embedded.nodes.settling import settle
from lab.embedded.scenes.scene import Scene
from lab.embedded.state import Cluster

State = Mapping[str, object]
_NAMES = ("name", "full_name")
_SUM = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Effect:
    """What a scene declares, and does to the state of the cluster."""

    scene: Scene
    verdicts: Verdicts
    causes: tuple[ExpectedCause, ...]

    @cached_property
    def changed(self) -> frozenset[str]:
        """The paths of the state that it changes."""
        cluster = healthy_cluster(self.scene.replicas)
        before = state(cluster)
        self.scene.play(cluster, Expectations(cluster))
        return _changed(before, state(cluster))


def effect(scene: Scene) -> Effect:
    """Play a scene on a healthy cluster that nothing serves."""
    cluster = healthy_cluster(scene.replicas)
    expect = Expectations(cluster)
    scene.play(cluster, expect)
    settle(cluster)
    _even(scene, expect)
    return Effect(scene, expect.verdicts, tuple(expect.causes))


def together(first: Effect, second: Effect) -> bool:
    """Whether the two can be played one after the other, and both are there in full afterwards."""
    one, other = first.scene, second.scene
    if _needs(one) != _needs(other) or _hides(first, second) or _hides(second, first):
        return False
    cluster = healthy_cluster(one.replicas)
    expect = Expectations(cluster)
    states = [state(cluster)]
    try:
        for scene in (one, other):
            scene.play(cluster, expect)
            states.append(state(cluster))
        settle(cluster)
    except (ValueError, KeyError, IndexError, StopIteration):
        return False
    _even(one, expect)
    if _of_overlay(first) | _of_overlay(second) and any(each.listed_ways == ("shell",) for each in cluster.swarm.nodes):
        return False
    if not first.verdicts.keys() | second.verdicts.keys() <= expect.verdicts.keys():
        # The one leaves out of the inventory what shows the other.
        return False
    healthy, with_one, with_both = states
    ours, theirs = _changed(healthy, with_one), _changed(with_one, with_both)
    return not ours & theirs and _known(first.changed) <= _known(ours) and _known(second.changed) <= _known(theirs)


def _of_overlay(effect: Effect) -> bool:
    """Whether overlay networks show it, which a command line alone does not look at."""
    return any(condition.startswith("NET-") for condition, _ in effect.verdicts)


def _even(scene: Scene, expect: Expectations) -> None:
    """An even number of replicas tolerates no more failures than one less."""
    if scene.replicas % 2 == 0:
        expect.warn("STATUS-14", "cluster")


def _needs(scene: Scene) -> tuple[object, ...]:
    return (scene.replicas, scene.options, scene.token, scene.address)


def _hides(one: Effect, other: Effect) -> bool:
    """Whether something that the one trips is UNKNOWN or another verdict in the other, or all of it is tripped there
    anyway: then nothing would show it."""
    shared = one.verdicts.keys() & other.verdicts.keys()
    if any(one.verdicts[key] != other.verdicts[key] or one.verdicts[key] == "UNKNOWN" for key in shared):
        return True
    unseen = [(name, set(subject.split(":"))) for (name, subject), word in other.verdicts.items() if word == "UNKNOWN"]
    for condition, subject in one.verdicts:
        if any(
            condition == name and (where == {"cluster"} or where <= set(subject.split(":"))) for name, where in unseen
        ):
            return True
    return bool(shared) and len(shared) == len(one.verdicts)


def _changed(before: State, after: State) -> frozenset[str]:
    absent = object()
    return frozenset(key for key in before.keys() | after.keys() if before.get(key, absent) != after.get(key, absent))


def _known(paths: Iterable[str]) -> set[str]:
    """Paths without what differs from cluster to cluster: the sums that trust data are stored under."""
    return {_SUM.sub("SHA256", path) for path in paths}


def state(cluster: Cluster) -> State:
    """Every value of the state by its path; members of lists by their names, where they have any."""
    return dict(_flat("", cluster))


def _flat(path: str, value: Any) -> Iterator[tuple[str, object]]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            yield from _flat(f"{path}.{each.name}", getattr(value, each.name))
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from _flat(f"{path}.{key}", member)
    elif isinstance(value, list | tuple):
        for number, member in enumerate(value):
            yield from _flat(f"{path}.{_named(member, number)}", member)
    elif isinstance(value, set | frozenset):
        for member in value:
            yield f"{path}.{member}", True
    else:
        yield path, value


def _named(member: object, number: int) -> object:
    return next((getattr(member, name) for name in _NAMES if isinstance(getattr(member, name, None), str)), number)
