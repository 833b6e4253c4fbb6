"""What a run prints on the terminal: plain lines, without colours of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reports import waivers
from reports.compare import Comparison
from reports.diagnosis.actions import next_action
from reports.diagnosis.diagnosis import Diagnosed, Diagnosis, diagnose
from reports.diagnosis.grouping import area_title, by_area, count, shown_words
from reports.diagnosis.headline import counts_per_area, first_steps, headline
from reports.exit_code import FAILED, HEALTHY, NOT_JUDGED
from reports.plain import first_line, fit, many, one_line
from reports.records import Header, Result, VerdictWord

# pytest's category (which the tally counts), the letter of the short form, the word of the long form, its markup.
_STATUS: dict[VerdictWord, tuple[str, str, tuple[str, dict[str, bool]]]] = {
    VerdictWord.PASS: ("passed", ".", ("PASSED", {"green": True})),
    VerdictWord.WARN: ("warned", "W", ("WARNED", {"yellow": True})),
    VerdictWord.FAIL: ("failed", "F", ("FAILED", {"red": True})),
    VerdictWord.UNKNOWN: ("error", "U", ("UNKNOWN", {"red": True})),
    VerdictWord.SKIPPED: ("skipped", "s", ("SKIPPED", {"yellow": True})),
    VerdictWord.NOT_APPLICABLE: ("skipped", "n", ("NOT APPLICABLE", {"light": True})),
    VerdictWord.WAIVED: ("xfailed", "x", ("WAIVED", {"yellow": True})),
}
# What pytest's own exit codes mean, where they end a run that has verdicts.
_PYTESTS_CODES = {2: "interrupted", 3: "internal error", 4: "usage error", 6: "too many warnings"}


def status_word(verdict: VerdictWord) -> tuple[str, str, tuple[str, dict[str, bool]]]:
    """What `pytest_report_teststatus` returns for a verdict: category, letter, (word, markup)."""
    return _STATUS[verdict]


def closing_summary(
    header: Header,
    results: Sequence[Result],
    reports: Sequence[Path],
    comparison: Comparison | None = None,
    *,
    only_new: bool = False,
    exit_code: int = HEALTHY,
    beside: Sequence[str] = (),
    diagnosis: Diagnosis | None = None,
) -> list[str]:
    """The last lines of a run: who suffers, what to do first, verdicts per area, where the reports are, the headline,
    and last the answer to what was asked besides.

    `reports` are the files, the page first; `only_new` says that only what the baseline did not have decides the exit
    code; `exit_code` is that of the run, `beside` what broke in other plugins while pytest ran the checks; `diagnosis`
    is that of the run, where it was made already.
    """
    found = diagnosis or diagnose(header, results)
    lines = [*diagnosis_lines(header, results, found), "", *_table(header, results), ""]
    lines += _skipped(header, results)
    lines += waivers.lines(header)
    if comparison:
        lines += _since(comparison, only_new)
    if beside:
        lines.append(
            fit(one_line(f"{many(len(beside), 'error')} beside the checks, no verdict is changed: {beside[0]}"), 300)
        )
    if exit_code not in (HEALTHY, FAILED, NOT_JUDGED):
        why = _PYTESTS_CODES.get(exit_code, "set by a plugin")
        lines.append(f"pytest ended with exit code {exit_code} ({why}); the verdicts are of all that was observed")
    lines.append(_where(reports))
    marks, head = _marks(header), headline(header, results)
    text = head.text
    if only_new and comparison and not (comparison.new or comparison.worse):
        text = f"no new or worse problem since the baseline; still {text}"
    begin = f"{f'[{marks}] ' if marks else ''}{one_line(header.cluster)}"
    return [*lines, *(f"{begin} {line}" for line in (text, head.answer) if line)]


def diagnosis_lines(header: Header, results: Sequence[Result], diagnosis: Diagnosis) -> list[str]:
    """Who suffers, then what is wrong and what to do about it, cause by cause, the gravest first."""
    steps = first_steps(header, results, diagnosis)
    impact = "Impact" if diagnosis.causes else "Users"
    lines = [one_line(f"{impact}: {diagnosis.impact}")] if diagnosis.impact else []
    if steps:
        lines.append("What to do first:")
    for number, step in enumerate(steps, 1):
        lines.append(f"  {number}. {one_line(step.text)}")
        if step.found:
            alone = len(diagnosis.causes) == 1 or not diagnosis.impact
            lines += [f"     {one_line(line)}" for line in _about(step.found, alone=alone)]
    return lines


def _about(found: Diagnosed, *, alone: bool) -> list[str]:
    """What a cause means for users, what to do next, and what only later. alone: of the impact nothing is said here."""
    lines = [] if alone else [f"Impact: {found.impact}"]
    lines.append(f"Next: {found.step}" if found.step else "Next: see the report")
    offered = next_action(found.actions)
    if offered:
        lines += [f"  on {command.where}: {first_line(command.run)}" for command in offered.commands[:3]]
    held = [each.title for each in found.actions if not each.offered]
    if held:
        lines.append(f"Not before more is shown (see the report): {', '.join(held)}")
    return lines


def _where(reports: Sequence[Path]) -> str:
    page, *others = reports
    listed = " and ".join(each.name if each.parent == page.parent else str(each) for each in others)
    there = " there" if others[-1].parent == page.parent else ""
    return one_line(f"Reports: {page}, also {listed}{there}")


def _table(header: Header, results: Sequence[Result]) -> list[str]:
    areas = counts_per_area(header, results)
    total = count(results)
    words = shown_words(total)
    names = {area: area_title(header, area) for area in areas}
    margin = max([len(name) for name in names.values()] + [len("all")])

    def row(name: str, cells: Sequence[str]) -> str:
        return f"  {name:<{margin}}" + "".join(
            f"  {cell:>{len(word.shown)}}" for word, cell in zip(words, cells, strict=True)
        )

    body = [row(names[area], [str(counts[word] or ".") for word in words]) for area, counts in areas.items()]
    return [row("", [word.shown for word in words]), *body, row("all", [str(total[word] or ".") for word in words])]


def _skipped(header: Header, results: Sequence[Result]) -> list[str]:
    """What was not judged since the inventory lacks it, each reason once with its areas."""
    reasons: dict[str, list[Result]] = {}
    for result in results:
        if result.verdict is VerdictWord.SKIPPED:
            reasons.setdefault(result.message, []).append(result)
    return [
        one_line(f"Skipped ({', '.join(area_title(header, area) for area in by_area(header, found))}): {why}")
        for why, found in reasons.items()
    ]


def _since(comparison: Comparison, only_new: bool) -> list[str]:
    counts = (
        (len(comparison.new), "new"),
        (len(comparison.worse), "worse"),
        (len(comparison.same), "unchanged"),
        (len(comparison.resolved), "resolved"),
        (len(comparison.not_judged), "not judged again"),
    )
    tally = ", ".join(f"{number} {word}" for number, word in counts)
    rule = "; only new or worse problems decide the exit code" if only_new else ""
    return [one_line(f"Problems since the baseline of {comparison.baseline.header.started}: {tally}{rule}")]


def _marks(header: Header) -> str:
    """What must never be overlooked about this run."""
    demo = header.demo is not None
    marks = [
        f"DEMO {header.demo}".strip() if demo else "",
        "OFFLINE" if header.offline else "",
        "TLS NOT VERIFIED" if header.insecure else "",
        *(f"DECLARED LOST {each.node} by {each.by}" for each in header.declared),
    ]
    return one_line(", ".join(filter(None, marks)))
