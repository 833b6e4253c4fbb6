"""pytest's side of telling: where a run is told, its results file, its pages, its exit code."""

from __future__ import annotations

import secrets
import tempfile
from argparse import ArgumentTypeError
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from msr_checks import version
from reports import hooks, junit
from reports.compare import Comparison, compare
from reports.exit_code import exit_code
from reports.hooks import Mask
from reports.page.pytest_html import HtmlReport
from reports.plain import page_text
from reports.progress import Progress
from reports.records import worst
from reports.results import Header, Result, Results, Run, read
from reports.terminal import closing_summary, status_word

RUNS = "reports/runs"
LATEST = "latest"
RESULTS = pytest.StashKey[Sequence[Result]]()
# What pytest itself says of a run that judged: all else (interrupted, internal error, usage, no tests) stays as it is.
JUDGED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


@dataclass
class Told:
    """One run being told. `directory` exists; `latest` is the link to set when all is written, if any verdict is."""

    directory: Path
    latest: Path | None
    mask: Mask
    mask_text: Callable[[str], str]
    baseline: Run | None
    results: Results | None = None
    html: Path = field(init=False)
    junit: Path = field(init=False)

    @property
    def run(self) -> Run | None:
        return self.results.run if self.results else None

    @property
    def comparison(self) -> Comparison | None:
        return compare(self.baseline, self.run) if self.baseline and self.run else None


TOLD = pytest.StashKey[Told]()


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("msr-checks-reports", "msr-checks: how to tell it")
    group.addoption("--report-dir", metavar="DIR", type=_directory, help=f"write the reports there, not into {RUNS}/…")
    group.addoption(
        "--fail-on", choices=("critical", "warning"), default="critical", help="what fails the run (critical)"
    )
    group.addoption(
        "--baseline", metavar="RUN", type=Path, help="compare with an earlier run: its directory or results"
    )
    group.addoption(
        "--only-new", action="store_true", help="problems that the baseline had already do not fail the run"
    )


def _directory(text: str) -> Path:
    """An empty variable in `--report-dir=$DIR` must not spread the reports where the run was started."""
    if not text:
        raise ArgumentTypeError("it names no directory: is a variable empty?")
    return Path(text)


@pytest.hookimpl(trylast=True)
def pytest_report_header() -> str:
    """The first line of pytest's header: it shows in the opposite order of the calls."""
    return f"msr-checks {version()}"


def pytest_msr_run(config: pytest.Config, cluster: str, mask: Mask, mask_text: Callable[[str], str]) -> None:
    """Make the run's directory, and have pytest write its pages there."""
    baseline = _baseline(config, cluster)
    given = config.getoption("report_dir")
    runs = config.rootpath / RUNS / cluster
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    told = Told(given or runs / name, None if given else runs / LATEST, mask, mask_text, baseline)
    try:
        told.directory.mkdir(parents=True, exist_ok=True)
        # A directory that is there may still take no file; better known before anything is asked.
        tempfile.TemporaryFile(dir=told.directory).close()
    except OSError as error:
        raise pytest.UsageError(
            f"cannot write reports to {told.directory} ({error.strerror}): name another place with --report-dir"
        ) from None
    options: Any = config.option
    told.html = Path(options.htmlpath or told.directory / "report.html")
    told.junit = Path(options.xmlpath or told.directory / "junit.xml")
    options.htmlpath, options.xmlpath, options.self_contained_html = str(told.html), str(told.junit), True
    config.stash[TOLD] = told
    config.pluginmanager.register(HtmlReport(lambda: told.run, lambda: told.comparison), "msr-checks-html")


def _baseline(config: pytest.Config, cluster: str) -> Run | None:
    path = config.getoption("baseline")
    if path is None:
        if config.getoption("only_new"):
            raise pytest.UsageError("--only-new needs --baseline RUN: new compared with which run?")
        return None
    try:
        run = read(path)
    except ValueError as error:
        raise pytest.UsageError(f"--baseline: {error}") from None
    if run.header.cluster != cluster:
        raise pytest.UsageError(f"--baseline: {path} is a run of {run.header.cluster}, and this one is of {cluster}")
    return run


def pytest_msr_run_directory(config: pytest.Config) -> Path:
    return config.stash[TOLD].directory


def pytest_msr_previous_run(config: pytest.Config) -> Path | None:
    told = config.stash[TOLD]
    before = config.getoption("baseline") or told.latest
    if before is None:
        return None
    directory = Path(before)
    return directory if directory.is_dir() else directory.parent if directory.is_file() else None


def pytest_msr_watcher(config: pytest.Config) -> Progress:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    return Progress(reporter._tw._file)


def pytest_msr_header(config: pytest.Config, header: dict[str, Any]) -> None:
    told = config.stash[TOLD]
    told.results = Results.open(told.directory, Header.from_json(header), told.mask)
    options: Any = config.option
    if config.get_verbosity() <= 0 and options.tbstyle == "auto":
        # The closing summary tells every problem once; pytest's own sections would tell it once for each test.
        options.tbstyle = "no"


def pytest_msr_verdicts(item: pytest.Item, verdicts: list[dict[str, Any]]) -> None:
    results = item.config.stash[TOLD].results
    if results is None:
        return
    item.stash[RESULTS] = [results.add(Result.from_json(each)) for each in verdicts]
    item.user_properties += junit.properties_of(item.stash[RESULTS])


@pytest.hookimpl(optionalhook=True, trylast=True)
def pytest_metadata(metadata: dict[str, Any]) -> None:
    """pytest-html shows these unescaped, and CI servers put addresses with credentials among them."""
    for name in set(metadata) - {"Python", "Platform", "Packages"}:
        del metadata[name]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    report.__dict__["msr_results"] = item.stash.get(RESULTS, [])
    told = item.config.stash.get(TOLD, None)
    if told:
        _mask(report, told.mask_text)
    return report


def _mask(report: pytest.TestReport, mask: Callable[[str], str]) -> None:
    """Before pytest's pages escape them, once and again, so that no secret can be told from its escapes."""
    if report.longrepr is not None and not isinstance(report.longrepr, tuple):
        report.longrepr = mask(str(report.longrepr))
    report.sections = [(title, mask(text)) for title, text in report.sections]
    report.user_properties = [(name, mask(str(value))) for name, value in report.user_properties]


def pytest_report_teststatus(report: Any) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    results: Sequence[Result] = getattr(report, "msr_results", [])
    # One word for each item: of its call, or of the set-up where it ended.
    if not results or report.when == "teardown" or (report.when == "setup" and report.passed):
        return None
    return status_word(worst(results).verdict)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """The exit code of the verdicts; then, when everybody has written, mask the pages once more and link the run."""
    told = session.config.stash.get(TOLD, None)
    if told and told.run and session.exitstatus in JUDGED:
        header, results = told.run.header, told.run.results
        before = told.baseline.results if told.baseline and session.config.getoption("only_new") else None
        session.exitstatus = exit_code(results, header.require, header.fail_on, header.catalogue, since_baseline=before)
    yield
    if told:
        _finish(told, int(session.exitstatus))


def _finish(told: Told, exit_code: int) -> None:
    if told.results:
        told.results.finish(exit_code)
        told.results.close()
    if told.html.is_file():
        told.html.write_text(page_text(told.mask_text(told.html.read_text(encoding="utf-8"))), encoding="utf-8")
    if told.junit.is_file():
        junit.finish(told.junit, told.mask_text, told.run)
    if told.latest and told.results:
        fresh = told.latest.with_name(f".{told.directory.name}")
        fresh.symlink_to(told.directory.name)
        fresh.replace(told.latest)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    told = config.stash.get(TOLD, None)
    if told and told.run:
        if config.get_verbosity() <= 0:
            # Its list of failed tests would follow, which the summary has told already.
            terminalreporter.reportchars = ""
        terminalreporter.section("msr-checks")
        only_new = config.getoption("only_new")
        lines = closing_summary(told.run.header, told.run.results, told.directory, told.comparison, only_new=only_new)
        for line in lines:
            terminalreporter.line(line)
