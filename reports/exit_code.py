"""The exit code of a run, as docs/verdicts.md has it:

| verdict                         | critical condition  | warning condition             |
|---------------------------------|---------------------|-------------------------------|
| FAIL                            | 1                   | (is WARN)                     |
| WARN                            | 0; with `--fail-on warning` 1, of either severity   |
| UNKNOWN                         | 7 if nothing failed | 0; with `--fail-on warning` 7 |
| required but not judged         | 7 if nothing failed | 7 if nothing failed           |
| WAIVED, NOT APPLICABLE, SKIPPED | 0                   | 0                             |

Of what a question before a change asks (`--ok-to-stop`, `--before-upgrade`), what is SKIPPED or was deselected was not
seen, either: `answer_code`. `code_of` is the exit code of a run, whatever it was asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.compare import only_new
from reports.records import CatalogueEntry, FailOn, Header, Result, VerdictWord

HEALTHY = 0
FAILED = 1
NOT_JUDGED = 7

# That a condition does not apply is a judgement too: a single replica has no pairs to judge.
JUDGED = frozenset(
    {VerdictWord.PASS, VerdictWord.WARN, VerdictWord.FAIL, VerdictWord.WAIVED, VerdictWord.NOT_APPLICABLE}
)


def required_ids(require: Iterable[str], catalogue: Sequence[CatalogueEntry]) -> tuple[str, ...]:
    """The condition ids behind `require:`, which names ids (`PING-1`) and areas (`PING`: every PING-*).

    A name that the catalogue does not have stays as it is: it can never be judged, and the run says so.
    """
    ids: dict[str, None] = {}
    for name in require:
        found = [entry.id for entry in catalogue if name in (entry.id, entry.area)]
        ids.update(dict.fromkeys(found or [name]))
    return tuple(ids)


def required_not_judged(
    results: Iterable[Result],
    require: Iterable[str],
    catalogue: Sequence[CatalogueEntry],
    left_out: Iterable[str] = (),
) -> tuple[str, ...]:
    """The required conditions without any verdict, or UNKNOWN or SKIPPED on some subject.

    That something could not be checked may be waived, but not everywhere: what is required was then checked nowhere.
    left_out: the conditions that the run was not to judge at some subject of the inventory.
    """
    judged = dict.fromkeys(left_out, False)
    checked: set[str] = set()
    for result in results:
        judged[result.condition] = judged.get(result.condition, True) and result.verdict in JUDGED
        if not result.unchecked:
            checked.add(result.condition)
    return tuple(name for name in required_ids(require, catalogue) if name not in checked or not judged[name])


def exit_code(
    results: Sequence[Result],
    require: Iterable[str],
    fail_on: FailOn,
    catalogue: Sequence[CatalogueEntry],
    *,
    since_baseline: Iterable[Result] | None = None,
    left_out: Iterable[str] = (),
) -> int:
    """0, 1 or 7 for the verdicts of a run.

    With the results of a baseline (`--only-new`) only problems that it did not have count; that a required
    condition was judged is asked of this run whatever the baseline says, so that a gate never passes without having
    checked anything. left_out: as `required_not_judged` says.
    """
    strict = fail_on == "warning"
    counted = results if since_baseline is None else only_new(results, since_baseline)
    for result in counted:
        fails = result.verdict is VerdictWord.FAIL and result.critical
        warns = result.verdict is VerdictWord.WARN or (result.verdict is VerdictWord.FAIL and not result.critical)
        if fails or (warns and strict):
            return FAILED
    if any(result.verdict is VerdictWord.UNKNOWN and (result.critical or strict) for result in counted):
        return NOT_JUDGED
    return NOT_JUDGED if required_not_judged(results, require, catalogue, left_out) else HEALTHY


def answer_code(
    results: Sequence[Result], fail_on: FailOn, catalogue: Sequence[CatalogueEntry], left_out: Iterable[str] = ()
) -> int:
    """0, 1 or 7 for a question that is asked alone: yes, no, or not known, where anything of it was not seen.

    What a waiver accepts is seen, or stated by whoever wrote the waiver. catalogue: the conditions of the question.
    """
    code = exit_code(results, (), fail_on, catalogue)
    if code != HEALTHY:
        return code
    missing = {entry.id for entry in catalogue} - {result.condition for result in results}
    unseen = any(result.verdict in (VerdictWord.UNKNOWN, VerdictWord.SKIPPED) for result in results)
    return NOT_JUDGED if missing or unseen or list(left_out) else HEALTHY


def code_of(header: Header, results: Sequence[Result], since_baseline: Iterable[Result] | None = None) -> int:
    """0, 1 or 7 for a run. One that was asked about an upgrade is the usual one, and has to know what it was asked."""
    if header.question and header.question.alone:
        return answer_code(results, header.fail_on, header.catalogue, header.left_out)
    code = exit_code(
        results,
        header.require,
        header.fail_on,
        header.catalogue,
        since_baseline=since_baseline,
        left_out=header.left_out,
    )
    if code != HEALTHY or header.question is None:
        return code
    own = [entry for entry in header.catalogue if entry.question == header.question.name]
    names = {entry.id for entry in own}
    asked = [result for result in results if result.condition in names]
    return answer_code(asked, header.fail_on, own, names & set(header.left_out))
