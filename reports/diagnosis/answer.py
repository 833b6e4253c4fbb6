"""The answer to a question that is asked alone, in one line: whether a node or a replica can be stopped now."""

from __future__ import annotations

from collections.abc import Sequence

from reports.diagnosis.words import short
from reports.exit_code import FAILED, HEALTHY, answer_code
from reports.plain import when
from reports.records import Header, Question, Result, VerdictWord

# A database server that is gone is missed after 10 s, and holds up requests for 11 to 16 s until then.
ERRORS_SECONDS = 16


def answer(header: Header, question: Question, results: Sequence[Result]) -> tuple[int, str]:
    """The exit code, and the line. It is of one moment, which it names."""
    code = answer_code(results, header.fail_on, header.catalogue, header.left_out)
    asked_at = f"asked at {when(header.started)}"
    if code == HEALTHY:
        parts = [_errors(header, question), _waived(results), _warned(results), asked_at]
        return code, "; ".join([f"{question.of} can be stopped now", *filter(None, parts)])
    if code == FAILED:
        why = [each for each in results if each.verdict is VerdictWord.FAIL] or _of(results, VerdictWord.WARN)
        return code, f"{question.of} must not be stopped now: {_reasons(why)}; {asked_at}"
    unseen = [*_of(results, VerdictWord.UNKNOWN), *_of(results, VerdictWord.SKIPPED)]
    why_not = _reasons(unseen) if unseen else "conditions were deselected"
    return code, f"whether {question.of} can be stopped is not known: {why_not}; {asked_at}"


def _of(results: Sequence[Result], word: VerdictWord) -> list[Result]:
    return [each for each in results if each.verdict is word]


def _reasons(results: Sequence[Result]) -> str:
    """What the first of them says, and how many conditions say more."""
    first = results[0]
    others = list(dict.fromkeys(each.condition for each in results if each.condition != first.condition))
    return f"{short(first.message)} ({', '.join([first.condition, *others])})"


def _errors(header: Header, question: Question) -> str:
    """Whether users meet a database server that is gone."""
    stops = [name for name, replica in header.replicas.items() if question.of in (name, replica.node)]
    return f"users may see errors for up to {ERRORS_SECONDS} s" if stops else ""


def _waived(results: Sequence[Result]) -> str:
    subjects = [f"{each.condition} {each.subject}" for each in _of(results, VerdictWord.WAIVED)]
    return f"waived: {', '.join(subjects)}" if subjects else ""


def _warned(results: Sequence[Result]) -> str:
    found = _of(results, VerdictWord.WARN)
    return f"but note: {_reasons(found)}" if found else ""
