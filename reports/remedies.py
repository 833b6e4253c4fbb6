"""What a condition that does not hold means, and how to look closer: remedies.yaml, filled in for one cluster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from reports.records import Header

_FILE = Path(__file__).with_name("remedies.yaml")
# What is shown for a placeholder that this run cannot fill; `{{.Names}}` of Docker's own templates is left alone.
_WORDS = {
    "replica": "replica id",
    "node": "node of the replica",
    "authority": "address of the replica",
    "endpoint": "address of the replica:443",
    "host": "address of MSR",
    "image": "registry.mirantis.com/msr/dtr:version that runs",
    "healthy": "id of a healthy replica",
    "subject": "subject",
    "user": "administrator",
    "container": "container",
    "port": "its HTTPS port before",
    "replicas": "ids of the lost replicas",
    "survivor": "id of the surviving replica",
}
_PLACEHOLDER = re.compile(r"(?<!\{)\{(" + "|".join(_WORDS) + r")\}(?!\})")
# A command is copied into a shell: nothing but names, addresses and versions may be put into it.
_SAFE = re.compile(r"[A-Za-z0-9_.\[][A-Za-z0-9_./:\[\]-]*")


@dataclass(frozen=True)
class Command:
    """A command to copy: `where` to run it, and a `note` where it needs one."""

    run: str = ""
    where: str = ""
    note: str = ""


@dataclass(frozen=True)
class Remedy:
    """What a failed condition means, what to look at first (`sentence` says it in one), and what not to do.

    Its commands only read; those that change something belong to the rungs of the ladder.
    """

    id: str
    title: str
    means: str
    sentence: str
    first: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    never: tuple[str, ...] = ()


@cache
def _file() -> Mapping[str, Any]:
    # In C where PyYAML has that: the other one takes half a second, at the end of every run.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(_FILE.read_text(encoding="utf-8"), loader)  # noqa: S506
    return loaded


def texts(part: str) -> Mapping[str, dict[str, Any]]:
    """One part of remedies.yaml: `rungs`, `preconditions` or `remedies`, each by id."""
    found: Mapping[str, dict[str, Any]] = _file()[part]
    return found


@cache
def remedies() -> Mapping[str, Remedy]:
    """All remedies by id, as remedies.yaml has them."""
    return {
        name: Remedy(
            id=name,
            title=text["title"],
            means=text["means"],
            sentence=text["sentence"],
            first=tuple(text.get("first", ())),
            commands=tuple(Command(**row) for row in text.get("commands", ())),
            never=tuple(text.get("never", ())),
        )
        for name, text in texts("remedies").items()
    }


def remedy(name: str | None) -> Remedy | None:
    """The remedy of that id; None when there is none, so that a run of another release can still be reported."""
    return None if name is None else remedies().get(name)


def render(found: Remedy, header: Header, subject: str = "", *, replica: str | None = None) -> Remedy:
    """The remedy for one subject: placeholders filled where the run knows them, else left in angle brackets.

    `replica` is the one at fault, if known.
    """
    values = values_of(header, subject, replica)
    return replace(found, commands=tuple(filled(one, values) for one in found.commands))


def filled(one: Command, values: Mapping[str, str]) -> Command:
    """The command with its placeholders filled in; what is not known, or not safe in a shell, stays in brackets."""

    def fill(text: str, unfilled: str) -> str:
        return _PLACEHOLDER.sub(lambda found: _safe(values.get(found[1])) or unfilled.format(_WORDS[found[1]]), text)

    return replace(one, run=fill(one.run, "<{}>"), where=fill(one.where, "the {}"))


def _safe(value: str | None) -> str | None:
    """Names, several with commas or spaces between them, that mean nothing else to a shell."""
    parts = re.split("[ ,]", value) if value else []
    return value if parts and all(_SAFE.fullmatch(part) for part in parts) else None


def render_each(found: Remedy, header: Header, subjects: Iterable[str], replicas: Iterable[str]) -> Remedy:
    """The remedy for all of these: each command once for every one of them that it is about."""
    who: list[str | None] = [*replicas] or [None]
    said_of = _told_apart(found, header, subjects) or [""]
    every = [render(found, header, each, replica=one) for one in who for each in said_of]
    return replace(found, commands=_each_once([each.commands for each in every]))


def _told_apart(found: Remedy, header: Header, subjects: Iterable[str]) -> list[str]:
    """Those subjects that its commands differ by: one of a thousand where no command names them."""
    named = any("{subject}" in text for one in found.commands for text in (one.run, one.where))
    first: dict[object, str] = {}
    for subject in subjects:
        values = values_of(header, subject)
        first.setdefault((named and subject, values.get("node"), values.get("authority")), subject)
    return [*first.values()]


def _each_once(filled: Sequence[tuple[Command, ...]]) -> tuple[Command, ...]:
    """Command by command what it is for each, without those that lack more than others do."""
    kept: list[Command] = []
    for same in zip(*filled, strict=True):
        fewest = min(map(_unfilled, same))
        kept += dict.fromkeys(one for one in same if _unfilled(one) == fewest)
    return tuple(kept)


def _unfilled(one: Command) -> int:
    return sum(one.run.count(f"<{word}>") + one.where.count(f"the {word}") for word in _WORDS.values())


def values_of(
    header: Header, subject: str = "", replica: str | None = None, healthy: str | None = None
) -> dict[str, str]:
    """What is known for the placeholders of a command about a subject, or a replica."""
    place = header.replicas.get(replica or "")
    host = urlsplit(header.url).netloc.rpartition("@")[2]
    authority = None
    if place:
        address = f"[{place.address}]" if ":" in place.address else place.address
        authority = address if place.port == 443 else f"{address}:{place.port}"
    elif subject == host:
        authority = host
    named = subject.partition(":")[0]
    values = {
        "replica": replica,
        "node": place.node if place else named if named in header.nodes else None,
        "authority": authority,
        # openssl has another default port than https.
        "endpoint": authority and (authority if re.search(r":\d+$", authority) else f"{authority}:443"),
        "host": host,
        "image": header.product_image,
        "healthy": healthy,
        "subject": subject,
    }
    return {key: value for key, value in values.items() if value}
