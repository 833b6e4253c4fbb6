"""What a run hands to the reports: its header, and a record for every judgement, as they are in results.jsonl."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from checks.condition import AREAS, Condition
from checks.engine.bound_check import BoundCheck, joined, rows_of
from checks.engine.evaluate import Judgement
from checks.engine.waivers_told import ends
from checks.rules.upgrade_matrix import matrix
from fixtures.core.question import Question
from fixtures.core.reasons import REASONS
from fixtures.core.store import Key
from fixtures.inventory import Inventory
from fixtures.inventory.images import image_name, product_image
from fixtures.probes.containers import Container
from fixtures.target import Target
from msr_checks import version


def left_out(asked: Iterable[BoundCheck], catalogue: Iterable[Condition], inventory: Inventory) -> dict[str, list[str]]:
    """By condition the subjects of the inventory that a run is not to judge; none of those that it judges nowhere."""
    selected: dict[str, set[str]] = {}
    for each in asked:
        selected.setdefault(each.condition.id, set()).add(each.subject)
    missing = {
        each.id: [
            subject for row in rows_of(each.check, inventory) if (subject := joined(row)) not in selected[each.id]
        ]
        for each in catalogue
        if each.id in selected
    }
    return {name: subjects for name, subjects in missing.items() if subjects}


def header(target: Target, asked: Sequence[BoundCheck], catalogue: Sequence[Condition], fail_on: str) -> dict[str, Any]:
    """Line 1 of results.jsonl, but for its schema number and what is known only of what was judged."""
    inventory = target.inventory
    selected = {each.condition.id for each in asked}
    today = target.judged_at.date()
    question = target.options.question
    entries = [each.entry() for each in catalogue]
    versions, containers = _versions(target), _containers(target)
    images = _images(containers)
    return {
        "kind": "header",
        "cluster": inventory.cluster,
        "url": inventory.url,
        "demo": target.demo,
        "offline": target.offline,
        "insecure": inventory.tls.insecure,
        "started": _time(target.judged_at),
        "product": {"name": inventory.product.name, "version": inventory.product.version},
        "nodes": [node.name for node in inventory.nodes],
        "replicas": {r.id: {"node": r.node, "address": r.address, "port": r.port} for r in inventory.replicas},
        "versions": versions,
        "images": images,
        "product_image": product_image(images.values(), _running(containers, versions, inventory)),
        "question": question and _question(question),
        "require": [] if question and question.alone else list(inventory.require),
        "fail_on": fail_on,
        "declared": [{**asdict(each), "at": _time(each.at)} for each in target.declared],
        "deselected": [entry["id"] for entry in entries if entry["id"] not in selected],
        "left_out": left_out(asked, catalogue, inventory),
        **ends(inventory.waivers, today),
        "areas": dict(AREAS),
        "catalogue": entries,
        "unavailable": REASONS,
        "version": version(),
    }


def _question(question: Question) -> dict[str, Any]:
    """What was asked; of an upgrade with the day of the matrix that it is judged by."""
    return asdict(question) | ({} if question.alone else {"matrix": matrix().as_of.isoformat()})


def record(target: Target, asked: BoundCheck, judgement: Judgement, test: str) -> dict[str, Any]:
    """One verdict, as it is in results.jsonl."""
    condition, verdict, waiver = asked.condition, judgement.verdict, judgement.waiver
    return {
        "kind": "verdict",
        "cluster": target.inventory.cluster,
        "condition": condition.id,
        "subject": judgement.subject,
        "verdict": str(verdict.outcome),
        "severity": str(judgement.severity),
        "message": verdict.message,
        "reason": verdict.reason,
        "about": list(verdict.about),
        "witnesses": list(verdict.witnesses),
        "measured": verdict.measured,
        "since": _time(verdict.since),
        "because": verdict.because and asdict(verdict.because),
        "seen": verdict.seen,
        "expected": verdict.expected,
        "documented": condition.documented,
        "remedy": condition.remedy_for(verdict.reason),
        "started": _time(judgement.started),
        "seconds": None if judgement.seconds is None else round(judgement.seconds, 3),
        "attempts": judgement.attempts,
        "recovered_at": _time(judgement.recovered_at),
        "waiver": waiver
        and {
            "reason": waiver.reason,
            "ticket": waiver.ticket,
            "until": waiver.until.isoformat(),
            "covered": judgement.covered and str(judgement.covered),
        },
        "test": test,
    }


def _versions(target: Target) -> dict[str, str]:
    observations = {r.id: target.store.latest(Key("version", r.id)) for r in target.inventory.replicas}
    return {
        replica: observation.fact.version
        for replica, observation in observations.items()
        if observation and observation.fact
    }


def _containers(target: Target) -> list[Container]:
    observations = [target.store.latest(Key("containers", node.name)) for node in target.inventory.nodes]
    return [
        container
        for observation in observations
        if observation and observation.fact
        for container in observation.fact.msr
    ]


def _running(containers: Iterable[Container], versions: Mapping[str, str], inventory: Inventory) -> set[str]:
    """The versions that run: as the containers are labelled, else as the API reports, else as the inventory says."""
    labelled = {each.version for each in containers if each.version}
    return labelled or set(versions.values()) or set(filter(None, [inventory.product.version]))


def _images(found: Sequence[Container]) -> dict[str, str]:
    """The image of a component of each replica; of each container where a replica's carry different versions."""
    images: dict[str, str] = {}
    for replica in dict.fromkeys(each.replica for each in found):
        own = [each for each in found if each.replica == replica]
        alike = len({(_repository(each.image), each.version) for each in own}) == 1
        images |= {replica: own[0].image} if alike else {each.name: each.image for each in own}
    return images


def _repository(image: str) -> str:
    name = image_name(image)
    return name.repository if name else image


def _time(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
