"""The reports of one run: where they are, how they are masked, and which of them could not be written."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reports.compare import Comparison, compare
from reports.diagnosis.diagnosis import Diagnosis, diagnose
from reports.files import completed
from reports.results import FILE_NAME, Mask, Results, Run

PAGE = "report.html"
JUNIT = "junit.xml"


@dataclass
class RunReports:
    """The reports of this run. `latest` is the link to set at its end, if there is any verdict.

    failed_checks: how many reports of pytest on checks failed. beside: what else broke there, and in whose hands.
    summed_up: whether the terminal has the closing summary. html, junit: where pytest writes its pages.
    """

    directory: Path
    latest: Path | None
    mask: Mask
    mask_name: Callable[[str], str]
    mask_text: Callable[[str], str]
    baseline: Run | None
    results: Results | None = None
    failed_checks: int = 0
    beside: list[str] = field(default_factory=list)
    summed_up: bool = False
    html: Path = field(init=False)
    junit: Path | None = None
    # Whether pytest-html makes the page around our report; without it the report is a page of its own.
    by_pytest_html: bool = False
    unwritten: list[str] = field(default_factory=list)
    _diagnosed: tuple[int, Diagnosis] | None = None

    @property
    def run(self) -> Run | None:
        return self.results.run if self.results else None

    @property
    def comparison(self) -> Comparison | None:
        return compare(self.baseline, self.run) if self.baseline and self.run else None

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What is wrong, as all reports of the run say it; made once for the verdicts that there are."""
        run = self.run
        if run and (self._diagnosed is None or self._diagnosed[0] != len(run.results)):
            self._diagnosed = (len(run.results), diagnose(run.header, run.results))
        return self._diagnosed[1] if self._diagnosed else None

    @property
    def files(self) -> list[Path]:
        """The reports, the page first."""
        return [self.html, *([self.junit] if self.junit else []), self.directory / FILE_NAME]

    def make_directory(self) -> None:
        """Raises pytest.UsageError where it cannot take the reports: better known before any request is sent."""
        whole = self.directory.absolute()
        if completed(str(whole)) != whole:
            raise pytest.UsageError(
                f"cannot write reports to {whole} (pytest takes a part of it for a variable of the environment):"
                " choose another place with --report-dir"
            )
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            # A directory that exists may still take no file.
            tempfile.TemporaryFile(dir=self.directory).close()
            for path in map(self.directory.joinpath, (FILE_NAME, PAGE, JUNIT)):
                if path.is_dir() and not path.is_symlink():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        except OSError as error:
            raise pytest.UsageError(
                f"cannot write reports to {error.filename or self.directory} ({error.strerror}):"
                " choose another place with --report-dir"
            ) from None

    @contextlib.contextmanager
    def writing(self, path: Path) -> Iterator[Path]:
        """Inside, this file is written; one that cannot be is told at the end, and the run goes on."""
        try:
            yield path
        except OSError as error:
            self.unwritten.append(f"cannot write {error.filename or path} ({error.strerror or error})")


REPORTS = pytest.StashKey[RunReports]()
