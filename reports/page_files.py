"""report.html and junit.xml: pytest and pytest-html write them, here they are completed and masked.

Each is whole or not there, and one that cannot be written keeps neither pytest nor us from writing the others.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports import junit
from reports.files import completed, remove, write_whole
from reports.page.pytest_html import HtmlReport
from reports.page.render import render_page
from reports.plain import page_text
from reports.run_reports import JUNIT, PAGE, RunReports
from reports.terminal import diagnosis_lines


def choose_pages(config: pytest.Config, reports: RunReports) -> None:
    """Have pytest write junit.xml, and pytest-html the frame of report.html, where they belong."""
    options: Any = config.option
    given = getattr(options, "htmlpath", None)
    reports.html = completed(given) if given else reports.directory / PAGE
    # pytest-html stops without pytest-metadata.
    reports.by_pytest_html = hasattr(options, "htmlpath") and config.pluginmanager.has_plugin("metadata")
    options.htmlpath = str(reports.html.absolute()) if reports.by_pytest_html else None
    options.self_contained_html = True
    if reports.by_pytest_html:
        page = HtmlReport(lambda: reports.run, lambda: reports.comparison)
        config.pluginmanager.register(page, "msr-checks-html")
    if hasattr(options, "xmlpath"):
        reports.junit = completed(options.xmlpath) if options.xmlpath else reports.directory / JUNIT
        options.xmlpath = str(reports.junit.absolute())


def guard_pages(config: pytest.Config, reports: RunReports) -> None:
    """Let no link be written through, and one page that fails stop neither the other nor the summary."""
    pages = {"_pytest.junitxml": reports.junit, "pytest_html": reports.html}
    for page in pages.values():
        if page and page.parent == reports.directory:
            # pytest and pytest-html would write through a link that somebody left there.
            remove(page)
    writers: Any = config.pluginmanager.hook.pytest_sessionfinish.get_hookimpls()
    for writer in writers:
        module = type(writer.plugin).__module__
        for package, page in pages.items():
            if page and (module == package or module.startswith(f"{package}.")):
                writer.function = _guarded(writer.function, reports, page)


def _guarded(write: Callable[..., None], reports: RunReports, page: Path) -> Callable[..., None]:
    def guarded(*arguments: object) -> None:
        with reports.writing(page):
            write(*arguments)

    return guarded


def finish_pages(reports: RunReports) -> None:
    """Complete and mask what pytest wrote; write the page where pytest-html is off."""
    if not reports.by_pytest_html and reports.run:
        with reports.writing(reports.html):
            write_whole(reports.html, _masked_page(reports, render_page(reports.run, reports.comparison)))
    elif reports.html.is_file():
        with reports.writing(reports.html):
            _rewrite(reports.html, _finished_page(reports))
    if reports.junit and reports.junit.is_file():
        with reports.writing(reports.junit):
            _rewrite(reports.junit, _finished_junit(reports, reports.junit))


def _rewrite(path: Path, content: bytes | None) -> None:
    """Put the finished page in the place of pytest's; of a page that was cut short, nothing is left."""
    # First away with the other: a disk that holds one of them may not hold both.
    remove(path)
    if content is None:
        raise OSError(errno.EIO, "it was cut short", str(path))
    write_whole(path, content)


def _finished_page(reports: RunReports) -> bytes | None:
    """The page, masked once more; None where pytest-html could not write it whole."""
    page = reports.html.read_text(encoding="utf-8", errors="replace")
    return _masked_page(reports, page) if page.rstrip().endswith("</html>") else None


def _finished_junit(reports: RunReports, path: Path) -> bytes | None:
    run, diagnosis = reports.run, reports.diagnosis
    lines = diagnosis_lines(run.header, run.results, diagnosis) if run and diagnosis else []
    return junit.finished(path, reports.mask_text, reports.mask_name, run, lines)


def _masked_page(reports: RunReports, page: str) -> bytes:
    # All that stands in it is masked already; a password that is a word of HTML must not break it.
    return page_text(reports.mask_name(page)).encode()
