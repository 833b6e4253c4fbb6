"""The static report: everything that an operator needs, without JavaScript and without anything fetched.

`render_static` is pure, so that the page can be made again from results.jsonl. Jinja2 escapes every value.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.compare import Change, Comparison
from reports.diagnosis.case import Case, replicas_in
from reports.diagnosis.diagnosis import diagnose
from reports.diagnosis.grouping import Group, area_title, by_area, count, group, shown_words
from reports.diagnosis.headline import counts_per_area, first_steps, headline
from reports.page.access_matrix import access_matrix, expected_in, seen_in
from reports.page.cards import cards, other_remedies
from reports.page.matrices import LETTERS, matrices
from reports.plain import many, when
from reports.records import Header, Result, VerdictWord
from reports.remedies import remedies
from reports.results import Run
from reports.waivers import expires, waived

# A text longer than this is folded; one longer than that is cut; results.jsonl has all of it.
FOLD = 300
CUT = 4000


def title(header: Header | None) -> str:
    """The page's title: the cluster, and DEMO where it is one."""
    if header is None:
        return "msr-checks"
    return f"msr-checks: {header.cluster}{' (DEMO)' if header.demo is not None else ''}"


def render_static(
    header: Header, results: Sequence[Result], comparison: Comparison | None = None, *, truncated: bool = False
) -> str:
    """The report as a fragment of HTML, styles included.

    `truncated` says that the run was killed while it wrote; the page then says that it is not whole.
    """
    diagnosis = diagnose(header, results)
    made = cards(header, results, diagnosis)
    areas = {area_title(header, area): counts for area, counts in counts_per_area(header, results).items()}
    return _environment().get_template("static.html.jinja2").render(
        header=header,
        title=title(header),
        truncated=truncated,
        headline=headline(header, results),
        diagnosis=diagnosis,
        steps=first_steps(header, results, diagnosis),
        areas=areas,
        words=shown_words(count(results)),
        replicas=_replicas(header, results),
        matrices=matrices(header, results),
        access=access_matrix(results),
        cards=made,
        other_remedies=other_remedies(header, results, made),
        comparison=comparison,
        changes=_changes(comparison) if comparison else {},
        remedy_id=lambda result: result.remedy in remedies() and result.remedy,
        apart={word: _of(results, word) for word in _APART},
        without_verdict=_without_verdict(header, results),
        passed=_passed(header, results),
        catalogue={entry.id: entry for entry in header.catalogue},
    )  # fmt: skip


def render_page(run: Run, comparison: Comparison | None = None) -> str:
    """The static report as a page of its own: without pytest-html, and made again from results.jsonl."""
    body = render_static(run.header, run.results, comparison, truncated=run.truncated)
    return _environment().get_template("page.html.jinja2").render(title=title(run.header), body=body)


_APART = (VerdictWord.WAIVED, VerdictWord.SKIPPED, VerdictWord.NOT_APPLICABLE)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        as_text=_as_text, cut=_cut, slug=_slug, link=_link, coded=_coded, capitalised=_capitalised, when=when
    )
    environment.filters.update(seen_in=seen_in, expected_in=expected_in)
    environment.globals.update(Word=VerdictWord, letters=LETTERS, fold=FOLD, many=many, expires=expires, waived=waived)
    return environment


def _as_text(value: Any) -> str:
    """A seen or expected value as text."""
    return _cut(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))


def _cut(text: str) -> str:
    return text if len(text) <= CUT else f"{text[:CUT]}… ({len(text)} characters; results.jsonl has all of them)"


def _slug(word: str) -> str:
    return word.lower().replace("_", "-")


def _coded(text: str) -> Markup:
    """A text of remedies.yaml with what is between backticks as code."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in enumerate(parts))


def _capitalised(text: str) -> str:
    """A sentence as it begins; `str.capitalize` would make names small."""
    return text[:1].upper() + text[1:]


def _link(address: str | None) -> str | None:
    """An address that may be linked: never `javascript:`."""
    return address if address and address.startswith(("https://", "http://")) else None


def _of_word(results: Sequence[Result], word: VerdictWord) -> list[Result]:
    return [result for result in results if result.verdict is word]


def _of(results: Sequence[Result], word: VerdictWord) -> list[Group]:
    return group(_of_word(results, word))


def _passed(header: Header, results: Sequence[Result]) -> dict[str, list[Group]]:
    """What passed, by the names of the areas."""
    areas = by_area(header, _of_word(results, VerdictWord.PASS))
    return {area_title(header, area): group(members) for area, members in areas.items()}


def _changes(comparison: Comparison) -> dict[str, dict[str, list[str]]]:
    """What changed since the baseline: per kind of change the conditions, each with its subjects."""
    changed: dict[str, list[tuple[str, Result]]] = {
        "new": [(one.verdict.shown, one) for one in comparison.new],
        "worse": [(_became(change), change.now) for change in comparison.worse],
        "unchanged": [(_became(change), change.now) for change in comparison.same],
        "resolved": [(f"was {one.verdict.shown}", one) for one in comparison.resolved],
        "not judged again": [(f"was {one.verdict.shown}", one) for one in comparison.not_judged],
    }
    subjects: dict[str, dict[str, list[str]]] = {}
    for kind, rows in changed.items():
        subjects[kind] = {}
        for words, result in rows:
            subjects[kind].setdefault(f"{result.condition} {words}", []).append(result.subject)
    return subjects


def _became(change: Change) -> str:
    before, now = change.before.verdict, change.now.verdict
    return now.shown if before is now else f"{before.shown} → {now.shown}"


def _without_verdict(header: Header, results: Sequence[Result]) -> dict[str, list[str]]:
    """The conditions that gave no verdict at all, or not at every subject, and why."""
    seen = {result.condition for result in results}
    missing = [entry.id for entry in header.catalogue if entry.id not in seen]
    return {
        "deselected in this run": [name for name in missing if name in header.deselected],
        "deselected in part": [f"{name} ({_cut(', '.join(subjects))})" for name, subjects in header.left_out.items()],
        "not run": [name for name in missing if name not in header.deselected],
    }


def _replicas(header: Header, results: Sequence[Result]) -> list[dict[str, Any]]:
    """Each replica: where it is, what it runs, and how many problems are its own."""
    case = Case(header, results)
    rows: list[dict[str, Any]] = []
    for name, place in header.replicas.items():
        counts = dict.fromkeys((VerdictWord.FAIL, VerdictWord.UNKNOWN, VerdictWord.WARN), 0)
        for result in results:
            if result.verdict in counts and name in _about(case, result):
                counts[result.verdict] += 1
        rows.append({"id": name, "place": place, "version": header.versions.get(name), "counts": counts})
    return rows


def _about(case: Case, result: Result) -> Collection[str]:
    if result.verdict is not VerdictWord.UNKNOWN:
        return replicas_in(case, result)
    # What is UNKNOWN is so because of what could not be asked, the first of STATUS-4's two.
    parts = result.subject.split(":")
    return parts[:1] if result.condition == "STATUS-4" else parts
