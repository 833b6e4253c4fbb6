"""The front door, as tests go through it: run pytest on an inventory, read the reports."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jsonschema

from tests.warm import Forking

ROOT = Path(__file__).resolve().parent.parent
BAD = ("FAIL", "WARN", "UNKNOWN")


@dataclass(frozen=True)
class Outcome:
    """A finished run of the suite."""

    code: int
    output: str
    reports: Path
    seconds: float

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.reports / "results.jsonl").read_text("utf-8").splitlines()]

    @property
    def header(self) -> dict[str, Any]:
        return self.lines[0]

    @property
    def results(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["kind"] == "verdict"]

    @property
    def causes(self) -> list[dict[str, Any]]:
        """What the run names as wrong, in order."""
        return [line for line in self.lines if line["kind"] == "cause"]

    @property
    def verdicts(self) -> dict[tuple[str, str], str]:
        return {(each["condition"], each["subject"]): each["verdict"] for each in self.results}

    @property
    def tripped(self) -> dict[tuple[str, str], str]:
        """All that did not pass, by condition and subject."""
        return {key: verdict for key, verdict in self.verdicts.items() if verdict in BAD}

    @property
    def words(self) -> set[str]:
        """The verdicts that there are, but those on what the inventory does not ask for."""
        return set(self.verdicts.values()) - {"SKIPPED", "NOT_APPLICABLE"}

    def of(self, condition: str, subject: str) -> dict[str, Any]:
        """The one verdict of a condition on a subject."""
        found = [each for each in self.results if (each["condition"], each["subject"]) == (condition, subject)]
        assert len(found) == 1, f"{condition} {subject}: {found}"
        return found[0]


@dataclass
class Suite:
    """Runs the suite in a process of its own, as an operator does."""

    reports: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    runs: int = 0

    def run(self, *arguments: str, timeout: float = 240, reports: bool = True) -> Outcome:
        """Run pytest with these arguments from the checkout."""
        self.runs += 1
        directory = self.reports / f"run-{self.runs}"
        where = [f"--report-dir={directory}"] if reports else []
        environment = {**operators_environment(), **self.environment}
        code, output, seconds = forking().run([*where, *arguments], environment, timeout)
        outcome = Outcome(code, output, directory, seconds)
        if (directory / "results.jsonl").is_file():
            _as_published(outcome)
        return outcome


def _as_published(outcome: Outcome) -> None:
    """Every line of results.jsonl is as docs/results.schema.json says."""
    for line in outcome.lines:
        _schema().validate(line)


@cache
def _schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((ROOT / "docs" / "results.schema.json").read_text("utf-8")))


@cache
def forking() -> Forking:
    """What all runs of this process are forked from, started when the first is wanted; closed in `tests.conftest`."""
    return Forking(ROOT, operators_environment())


def clean_environment() -> dict[str, str]:
    """The environment without what would change a run: proxies, certificates, pytest's own options.

    And without what has Python compile everything at each start, or write its output byte by byte.
    """
    unwanted = ("PROXY", "SSL_CERT", "PYTEST", "MSR_", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
    return {name: value for name, value in os.environ.items() if not any(part in name.upper() for part in unwanted)}


def operators_environment() -> dict[str, str]:
    """A clean one without the plugins that only the tests have; that of hypothesis alone takes a second to load."""
    return clean_environment() | {"PYTEST_ADDOPTS": "-p no:hypothesispytest -p no:xdist -p no:xdist.looponfail"}


def causes(outcome: Outcome) -> list[tuple[str, list[str], str]]:
    """The causes that a run names, in order: kind, things, and the highest rung whose command it shows."""
    return [(each["id"], sorted(each["things"]), each["offers"]) for each in outcome.causes]
