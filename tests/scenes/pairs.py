"""Pairs of scenes, chosen at random from a seed: two faults on one cluster, each of which must be found."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations, islice
from typing import TypeVar

from lab import embedded
from lab.embedded.expectations import Expectations
from lab.embedded.expecting import ExpectedCause
from lab.embedded.state import Cluster
from reports.diagnosis.engine import KINDS
from reports.diagnosis.logged import OF_LOST_DATABASES
from tests.long import LONG
from tests.scenes.effects import Effect, effect, together

T = TypeVar("T")

SEED = int(os.environ.get("MSR_CHECKS_PAIRS_SEED", "1"))
LIVE = int(os.environ.get("MSR_CHECKS_PAIRS_LIVE", "12" if LONG else "6"))
"""How many are played on a cluster."""
MERGED = int(os.environ.get("MSR_CHECKS_PAIRS", "300" if LONG else "20"))
"""How many are made of the recorded runs of single scenes."""

ONE_FAULT = (
    # Servers are apart where no packet crosses the network, or nobody knows the others' addresses.
    {"overlay-down", "partial-partition"},
    {"overlay-down", "split-view"},
    {"overlay-down", "other-servers-miss-the-renamed-one"},
    {"encrypted-overlay-down", "partial-partition"},
    {"encrypted-overlay-down", "split-view"},
    {"encrypted-overlay-down", "other-servers-miss-the-renamed-one"},
    {"encrypted-overlay-down", "database-server-row-gone"},
    {"gossip-cut", "split-view"},
    # A row is missing where its server is cut off; it is a fault by itself only where the server is seen to work.
    {"overlay-down", "database-server-row-gone"},
    {"gossip-cut", "database-server-row-gone"},
    {"node-cut-off-the-overlay", "database-server-row-gone"},
    {"database-addresses-swapped", "database-server-row-gone"},
    {"address-of-a-database-twice", "database-server-row-gone"},
    {"gossip-cut", "other-servers-miss-the-renamed-one"},
    {"names-lost-on-a-slow-network", "quorum-lost"},
    # The name of a database that is stopped need not resolve.
    {"names-lost-on-a-slow-network", "replica-stopped"},
    # An engine that left the swarm closes its ports, and has no container on the network.
    {"node-left-the-swarm", "gossip-port-closed"},
    {"node-left-the-swarm", "swarm-port-closed"},
    {"node-left-the-swarm", "container-off-the-overlay"},
    # One whose disk is full starts nothing.
    {"remapped-disk-full", "containerd-hung"},
    # A second phase that runs while versions differ is that of the upgrade.
    {"join-running", "upgrade-half-done"},
    {"database-killed-during-an-upgrade", "upgrade-half-done"},
    # Where nothing is heard of replicas, nobody shows that the balancer alone is at fault, or only the way from here.
    {"addresses-unknown-here", "balancer-refuses"},
    {"addresses-unknown-here", "balancer-502"},
    {"web-ports-filtered-from-here", "balancer-refuses"},
    {"web-ports-filtered-from-here", "balancer-502"},
    {"web-ports-filtered-from-here", "balancer-certificate-of-another-name"},
    # What a node that lacks a port of the swarm listens on is not told.
    {"port-mistyped", "gossip-port-closed"},
    {"port-mistyped", "swarm-port-closed"},
    # MKE is down where it is ill and nobody can log in.
    {"mke-unhealthy", "token-and-notary-frozen"},
    {"mke-unhealthy", "quorum-lost"},
    {"mke-unhealthy", "token-services-down"},
    {"mke-unhealthy", "token-services-frozen"},
    {"mke-unhealthy", "token-services-are-a-page"},
    {"mke-refuses", "token-services-are-a-page"},
    {"mke-refuses", "token-services-refuse-right-passwords"},
    # A replica is silent with its engine; a database that another misses as well is not only out of reach from here.
    {"engine-killed", "one-replica-silent"},
    {"api-misses-a-server", "database-port-silent"},
    {"node-cut-off-the-overlay", "database-port-closed"},
    {"database-server-row-gone", "database-port-closed"},
    # An nginx whose health check fails answers as it may.
    {"container-unhealthy", "ping-reset"},
    {"container-unhealthy", "ping-unanswered"},
    # The job runner writes a replica's health report, and needs the overlay for it.
    {"five-containers-stayed-down", "health-report-frozen"},
    {"node-address-changed", "health-report-late"},
    # A worker of a replica that is being replaced, or is cut off, need not be there, or is there twice.
    {"upgrade-running", "job-worker-late"},
    {"upgrade-running", "two-job-workers"},
    {"node-cut-off-the-overlay", "two-job-workers"},
    # Each gives the cluster a storage of its own.
    {"object-storage-refuses-here", "stored-blob-emptied"},
    # A cron is overdue where the queue does not move.
    {"cron-overdue", "queue-stands-still"},
    # Lists that cannot be read at an API that does not respond are its own.
    {"alerts-and-jobs-unreadable", "status-unanswered"},
)
"""Scenes that are one fault where they meet: nothing could tell the one from what follows from the other."""

MISSED = {
    frozenset(
        {"certificate-not-yet-valid", "crons-and-scans-unreadable"}
    ): "a replica that is not trusted does not say what its lists are",
    frozenset({"encrypted-overlay-down", "issues-for-a-moment"}): "an issue that is over passes for the network's",
    frozenset({"overlay-down", "issues-for-a-moment"}): "an issue that is over passes for the network's",
    frozenset({"overlay-down", "table-backfilling"}): "a copy that is not ready passes for the network's",
    frozenset({"encrypted-overlay-down", "table-backfilling"}): "a copy that is not ready passes for the network's",
    frozenset({"overlay-down", "table-being-changed"}): "a copy that is not ready passes for the network's",
    frozenset({"encrypted-overlay-down", "table-being-changed"}): "a copy that is not ready passes for the network's",
    frozenset({"blobs-unread-in-the-database", "database-wants-a-certificate"}): "without a certificate no row is read",
    frozenset({"alerts-and-jobs-unreadable", "one-replica-silent"}): "a silent replica does not say what its lists are",
    frozenset(
        {"notary-mistrusts-tokens", "notary-signer-deaf"}
    ): "its audit logs are not read, for the one as the other",
    frozenset(
        {"encrypted-overlay-down", "two-of-three-dead"}
    ): "the databases are named, and not the majority with them",
    frozenset({"overlay-down", "two-of-three-dead"}): "the databases are named, and not the majority with them",
    frozenset({"quorum-lost", "mke-refuses"}): "no log-in shows that MKE works for others",
    frozenset({"licence-gone", "mke-refuses"}): "no log-in shows that MKE works for others",
    frozenset({"log-in-refused", "port-mistyped"}): "no log-in shows that the replica works for others",
    frozenset({"token-services-down", "pull-without-the-right"}): "without a token nobody's right is seen",
    frozenset({"log-floods", "plain-http-on-the-tls-port"}): "what is not seen of a replica passes for its silence",
    frozenset({"database-log-floods", "ping-dripping"}): "what is not seen of a replica passes for its silence",
    frozenset({"engine-hung", "upgrade-running"}): "the engine that hangs hides which containers the upgrade has made",
    frozenset({"database-port-closed", "split-view"}): "a database that others miss is not only out of reach from here",
    frozenset({"database-server-row-gone", "rethinkcli-resolves-no-name"}): "whether that server works is not seen",
    frozenset({"notary-server-out-of-reach", "notary-signer-deaf"}): "no request reaches what would show the signer",
    frozenset({"feed-nonsense", "notary-signer-deaf"}): "no record is read that would show the signer",
    frozenset({"names-lost-on-a-slow-network", "status-redirects"}): "the silence of that API passes for the network's",
    frozenset(
        {"web-ports-filtered-from-here", "without-replica-id-header"}
    ): "the balancer does not say whom it reaches",
}
"""Pairs of which one cause is not named, and why."""

EXPLAINS_ALL = frozenset({"another-product"})
"""Kinds of causes beside which there is no other."""

LOGS_OF_LOST_DATABASES = frozenset({"writes-refused-in-logs"})
"""Scenes of which nothing is left where databases are lost: that leaves the same lines."""

Causes = Mapping[str, frozenset[str]]
"""What is at fault, by kind of cause."""


@cache
def effect_of(name: str) -> Effect:
    return effect(embedded.scenes()[name])


def names() -> list[str]:
    """The scenes of which pairs are made."""
    found = embedded.scenes()
    # Those that ask a question before a change judge other conditions.
    asks = ("--ok-to-stop", "--before-upgrade")
    return [name for name in found if name != "healthy" and not any(map(str(found[name].options).count, asks))]


def kinds_of(name: str) -> set[str]:
    """The kinds of causes that a scene declares."""
    return {each.id for each in effect_of(name).causes}


def one_of_each_kind(number: int) -> list[str]:
    """So many scenes at random: of each kind of cause one first, then others."""
    chosen = _shuffled(filter(_is_told, names()))
    kinds: set[str] = set()
    first = []
    for name in chosen:
        own = kinds_of(name)
        if own - kinds:
            first.append(name)
            kinds |= own
    return list(dict.fromkeys((*first, *chosen)))[:number]


def _is_told(name: str) -> bool:
    """Whether a scene is sound or has a cause, and one beside which there can be others."""
    kinds = kinds_of(name)
    return not kinds & EXPLAINS_ALL and bool(kinds or embedded.scenes()[name].sound)


def are_two(one: str, other: str) -> bool:
    """Whether two scenes are two faults where they meet: neither explains the other."""
    kinds = kinds_of(one) | kinds_of(other)
    lost = {kind.id for kind in KINDS if kind.logs == OF_LOST_DATABASES}
    same_lines = bool({one, other} & LOGS_OF_LOST_DATABASES and kinds & lost)
    return {one, other} not in ONE_FAULT and not same_lines and _is_told(one) and _is_told(other)


def pairs_of(scenes: Sequence[str], usable: Callable[[str, str], bool]) -> Iterator[tuple[str, str]]:
    """Compatible pairs of these scenes in a random order. usable: asked first, since it is cheaper."""
    for one, other in _shuffled(list(combinations(scenes, 2))):
        if usable(one, other) and are_two(one, other) and together(effect_of(one), effect_of(other)):
            yield one, other


def live_pairs(number: int) -> list[tuple[str, str]]:
    """So many pairs that trip nothing at the same subject."""

    def apart(one: str, other: str) -> bool:
        return not effect_of(one).verdicts.keys() & effect_of(other).verdicts.keys()

    return list(islice(pairs_of(names(), apart), number))


def both(one: str, other: str) -> embedded.Scene:
    """A scene that plays the one and then the other."""
    first, second = embedded.scenes()[one], embedded.scenes()[other]

    def play(cluster: Cluster, expect: Expectations) -> None:
        first.play(cluster, expect)
        second.play(cluster, expect)

    return replace(first, name=f"{one}+{other}", title=f"{first.title} {second.title}", play=play)


def union(*declared: Iterable[ExpectedCause]) -> Causes:
    """All causes of some scenes, those of one kind as one."""
    return of_kinds((each.id, each.things) for causes in declared for each in causes)


def of_kinds(causes: Iterable[tuple[str, Iterable[str]]]) -> Causes:
    """Causes by their kinds."""
    found: dict[str, frozenset[str]] = {}
    for name, things in causes:
        found[name] = found.get(name, frozenset()) | frozenset(things)
    return found


def _shuffled(members: Iterable[T]) -> list[T]:
    """In an order that a scene which is added leaves as it is for all others."""
    return sorted(members, key=lambda each: hashlib.sha256(f"{SEED} {each}".encode()).digest())
