"""What every short report of a run is made of: its verdict in one word, its counts, its causes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.diagnosis.diagnosis import Diagnosis, diagnose
from reports.diagnosis.grouping import count
from reports.diagnosis.headline import Headline, Tally, headline, tally_of
from reports.exit_code import code_of, meaning
from reports.records import Header, Result, VerdictWord
from reports.results import Run


@dataclass(frozen=True)
class Overview:
    """A run in short. whole: whether it came to its end, so that nothing is missing.

    exit_code: that of the run; of one that did not come to its end, that of its verdicts so far. counts: verdicts by
    word; tally: conditions.
    """

    run: Run
    whole: bool
    exit_code: int
    headline: Headline
    tally: Tally
    counts: Mapping[VerdictWord, int]
    diagnosis: Diagnosis

    @property
    def header(self) -> Header:
        return self.run.header

    @property
    def meaning(self) -> str:
        """What its exit code means."""
        return meaning(self.exit_code)

    @property
    def ended(self) -> str | None:
        """When it ended, in UTC (RFC 3339); None where it did not."""
        return self.run.end.ended if self.run.end else None

    @property
    def problems(self) -> list[Result]:
        """What failed, warns or is unknown, the worst first."""
        order = list(VerdictWord)
        found = [each for each in self.run.results if each.verdict in _SHOWN]
        return sorted(found, key=lambda each: order.index(each.verdict))


_SHOWN = (VerdictWord.FAIL, VerdictWord.UNKNOWN, VerdictWord.WARN)


def overview(run: Run, diagnosis: Diagnosis | None = None) -> Overview:
    """diagnosis: that of the run, where it was made already."""
    header, results = run.header, run.results
    return Overview(
        run=run,
        whole=not run.truncated,
        exit_code=run.end.exit_code if run.end else code_of(header, results),
        headline=headline(header, results),
        tally=tally_of(header, results),
        counts=count(results),
        diagnosis=diagnosis or diagnose(header, results),
    )
