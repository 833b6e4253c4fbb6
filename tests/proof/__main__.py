"""Makes docs/proof.md of recorded runs: `python -m tests.proof RECORDS`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tests.proof.mutants import Mutant, turned, unnoticed
from tests.proof.page import Evidence, page
from tests.proof.records import SCENES, SWARM, Record, kept
from tests.scenes.merged_pairs import Pair, tried
from tests.scenes.merging import comparable
from tests.suite import ROOT

FILE = ROOT / "docs" / "proof.md"


def main() -> int:
    """Write the page; 2 where there are no records."""
    asked = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    asked.add_argument("records", type=Path, help="the directory that MSR_CHECKS_RECORDS named for the tests")
    asked.add_argument("--pairs", type=int, default=1500, help="how many pairs of scenes to try (default: 1500)")
    options = asked.parse_args()
    scenes, faults = kept(options.records / SCENES), kept(options.records / SWARM)
    if not scenes or not faults:
        sys.stderr.write(
            f"{options.records} lacks runs of scenes or of the swarm: CONTRIBUTING.md says how to make them\n"
        )
        return 2
    FILE.write_text(page(_evidence(scenes, faults, options.pairs)), encoding="utf-8")
    return 0


def _evidence(scenes: list[Record], faults: list[Record], pairs: int) -> Evidence:
    records = [*scenes, *faults]
    mutants = turned()
    return Evidence(
        commit=_commit(),
        scenes=scenes,
        faults=faults,
        diagnoses={each.key: each.diagnosis() for each in records},
        pairs=_pairs(scenes, pairs),
        mutants=len(mutants),
        unnoticed=unnoticed(mutants, lambda mutant: _shows(mutant, records)),
    )


def _pairs(scenes: list[Record], number: int) -> list[Pair]:
    return list(tried({each.name: comparable(each.run) for each in scenes}, number))


def _shows(mutant: Mutant, records: list[Record]) -> bool:
    """Whether a run no longer names what it declares; those that are about the mutant's family first."""
    own = {kind.id for kind in mutant.module.family.kinds}

    def elsewhere(record: Record) -> bool:
        return own.isdisjoint(kind for kind, _, _ in record.causes)

    return any(each.named(each.diagnosis()) != each.causes for each in sorted(records, key=elsewhere))


def _commit() -> str:
    done = subprocess.run(
        ["git", "log", "-1", "--format=commit %h (%cs)"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
