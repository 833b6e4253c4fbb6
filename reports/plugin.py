"""pytest's side of the reports: their directory, the results file, the pages, the exit code."""

from __future__ import annotations

import io
import secrets
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Generator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from msr_checks import version
from reports import hooks, junit
from reports.cache import keep_cache_in
from reports.diagnosis.headline import answered
from reports.diagnosis.lines import cause_lines
from reports.exit_code import FAILED, code_of
from reports.files import PRIVATE, completed, link, write_whole
from reports.page_files import choose_pages, finish_pages, guard_pages
from reports.progress import Progress
from reports.records import worst
from reports.results import FILE_NAME, Header, Mask, Result, Results, Run, VerdictWord, read
from reports.run_reports import REPORTS, RunReports
from reports.terminal import closing_summary, status_word

RUNS = "reports/runs"
LATEST = "latest"
RESULTS = pytest.StashKey[Sequence[Result]]()
# The exit codes of pytest for a run that judged; others (interrupted, internal error, usage, no tests) stay.
JUDGED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
# Where pytest ends a check for its verdict; what fails elsewhere is a hook or a fixture of another plugin.
_FAILS_IN = {VerdictWord.FAIL: "call", VerdictWord.UNKNOWN: "setup"}


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    # pyproject.toml has them, and pytest refuses a setting whose plugin is off.
    if not pluginmanager.has_plugin("junitxml"):
        parser.addini("junit_family", "unused: junitxml is off")
        parser.addini("junit_suite_name", "unused: junitxml is off")
    if not hasattr(pluginmanager.hook, "pytest_html_report_title"):
        parser.addini("render_collapsed", "unused: pytest-html is off")
    group = parser.getgroup("msr-checks-reports", "msr-checks: reports")
    group.addoption(
        "--report-dir", metavar="DIR", type=_directory, help=f"write the reports to DIR instead of {RUNS}/…"
    )
    group.addoption(
        "--fail-on",
        choices=("critical", "warning"),
        default="critical",
        help="the lowest severity that fails the run (default: critical)",
    )
    group.addoption(
        "--baseline", metavar="RUN", type=_directory, help="compare with an earlier run: its directory or results.jsonl"
    )
    group.addoption(
        "--only-new", action="store_true", help="only problems that are new or worse than in --baseline fail the run"
    )


def _directory(text: str) -> Path:
    """An empty variable in `--report-dir=$DIR` must not spread the reports where the run was started."""
    if not text:
        raise ArgumentTypeError("no directory given: is a variable empty?")
    return completed(text)


@pytest.hookimpl(trylast=True)
def pytest_report_header() -> str:
    """The first line of pytest's header: it shows in the opposite order of the calls."""
    return f"msr-checks {version()}"


def pytest_msr_cluster(config: pytest.Config, cluster: str) -> None:
    keep_cache_in(config, config.rootpath / RUNS / cluster)


def pytest_msr_run(
    config: pytest.Config,
    cluster: str,
    mask: Mask,
    mask_name: Callable[[str], str],
    mask_text: Callable[[str], str],
) -> None:
    """Make the run's directory, and have pytest write its pages there."""
    baseline = _baseline(config, cluster)
    given = config.getoption("report_dir")
    runs = config.rootpath / RUNS / cluster
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    reports = RunReports(given or runs / name, None if given else runs / LATEST, mask, mask_name, mask_text, baseline)
    reports.make_directory()
    choose_pages(config, reports)
    config.stash[REPORTS] = reports


def _baseline(config: pytest.Config, cluster: str) -> Run | None:
    path = config.getoption("baseline")
    if path is None:
        if config.getoption("only_new"):
            raise pytest.UsageError("--only-new needs --baseline RUN, the run to compare with")
        return None
    try:
        run = read(path)
    except ValueError as error:
        raise pytest.UsageError(f"--baseline: {error}") from None
    if run.header.cluster != cluster:
        raise pytest.UsageError(
            f"--baseline: {path} is a run of cluster {run.header.cluster}, this run is of {cluster}"
        )
    return run


def pytest_msr_file(config: pytest.Config, name: str, text: str) -> None:
    reports = config.stash[REPORTS]
    with reports.writing(reports.directory / name) as path:
        write_whole(path, text.encode("ascii"), PRIVATE)


def pytest_msr_previous_run(config: pytest.Config) -> Path | None:
    reports = config.stash[REPORTS]
    before = config.getoption("baseline") or reports.latest
    if before is None:
        return None
    directory = Path(before)
    return directory if directory.is_dir() else directory.parent if directory.is_file() else None


def pytest_msr_watcher(config: pytest.Config) -> Progress:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    return Progress(reporter._tw._file if reporter else io.StringIO())


def pytest_msr_header(config: pytest.Config, header: dict[str, Any]) -> None:
    reports = config.stash[REPORTS]
    reports.results = Results.open(reports.directory, Header.from_json(header), reports.mask, reports.mask_name)
    options: Any = config.option
    if config.get_verbosity() <= 0 and config.getoption("tbstyle", "no") == "auto":
        # The closing summary shows every problem once; pytest's own sections would repeat it for each test.
        options.tbstyle = "no"


def pytest_msr_verdicts(item: pytest.Item, verdicts: list[dict[str, Any]]) -> None:
    results = item.config.stash[REPORTS].results
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
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    results = report.__dict__["msr_results"] = item.stash.get(RESULTS, [])
    reports = item.config.stash.get(REPORTS, None)
    if reports:
        _mask(report, reports.mask_text)
        if results and report.failed:
            reports.failed_checks += 1
            if call.excinfo and report.when != _FAILS_IN.get(worst(results).verdict):
                what = reports.mask_text(call.excinfo.exconly(tryshort=True))
                reports.beside.append(f"{item.nodeid}, {report.when}: {what}")
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    reports = collector.config.stash.get(REPORTS, None)
    if reports and report.failed:
        report.longrepr = reports.mask_text(str(report.longrepr))
        report.sections = [(title, reports.mask_text(text)) for title, text in report.sections]
    return report


def _mask(report: pytest.TestReport, mask: Callable[[str], str]) -> None:
    """Before pytest's pages escape them, once and again, so that no secret can be read from its escapes."""
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
    """The exit code of the verdicts; then, when all plugins have written, mask the pages once more and link the run."""
    reports = session.config.stash.get(REPORTS, None)
    if reports is None:
        yield
        return
    run = reports.run
    if run and session.exitstatus in JUDGED:
        session.exitstatus = _exit_code(session, reports, run)
    guard_pages(session.config, reports)
    try:
        yield
    except Exception:
        if run is None:
            raise
        # Another plugin broke: what was judged is reported nevertheless.
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        session.config.notify_exception(pytest.ExceptionInfo.from_current(), session.config.option)
    terminal: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal and not reports.summed_up:
        # pytest has no summary after an internal error.
        _sum_up(reports, terminal, session.config, int(session.exitstatus))
    _finish(session, reports)


def _exit_code(session: pytest.Session, reports: RunReports, run: Run) -> int:
    """That of all verdicts, whether pytest came to run their tests or not."""
    before = reports.baseline.results if reports.baseline and session.config.getoption("only_new") else None
    code = code_of(run.header, run.results, before)
    others_failed = session.testsfailed > reports.failed_checks
    return FAILED if others_failed else code


def _finish(session: pytest.Session, reports: RunReports) -> None:
    """Complete the pages, link the run, end the results, and say what could not be written."""
    finish_pages(reports)
    if reports.latest and reports.results:
        with reports.writing(reports.latest):
            link(reports.latest, reports.directory.name)
    if reports.results and reports.results.error:
        with reports.writing(reports.directory / FILE_NAME):
            raise reports.results.error
    if reports.unwritten and session.exitstatus != pytest.ExitCode.INTERRUPTED:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
    if reports.results:
        header, results = reports.results.header, reports.results.results
        causes = cause_lines(header, reports.diagnosis)
        reports.results.finish(int(session.exitstatus), causes, answered(header, results))
        reports.results.close()
    for sentence in reports.unwritten:
        _say(session.config, f"ERROR: {sentence}")


def _say(config: pytest.Config, line: str) -> None:
    if config.pluginmanager.has_plugin("terminalreporter"):
        config.get_terminal_writer().line(line, red=True)
    else:
        sys.stderr.write(f"{line}\n")


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    reports = config.stash.get(REPORTS, None)
    if reports:
        _sum_up(reports, terminalreporter, config, int(exitstatus))


def _sum_up(reports: RunReports, terminal: Any, config: pytest.Config, exit_code: int) -> None:
    if reports.run is None:
        return
    reports.summed_up = True
    if config.get_verbosity() <= 0:
        # Its list of failed tests would follow, which repeats the summary.
        terminal.reportchars = ""
    terminal.section("msr-checks")
    lines = closing_summary(
        reports.run.header,
        reports.run.results,
        reports.files,
        reports.comparison,
        only_new=config.getoption("only_new"),
        exit_code=exit_code,
        beside=reports.beside,
        diagnosis=reports.diagnosis,
    )
    for line in lines:
        terminal.line(line)
