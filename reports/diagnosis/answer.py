"""The answers to what is asked before a change, each in one line: whether a node or a replica can be stopped now, and
whether MSR can be upgraded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reports.diagnosis.places import listed
from reports.diagnosis.words import short
from reports.exit_code import FAILED, HEALTHY, answer_code, code_of, required_not_judged
from reports.plain import many, when
from reports.records import Header, Question, Result, VerdictWord

# A database server that is gone is missed after 10 s, and holds up requests for 11 to 16 s until then.
ERRORS_SECONDS = 16
# Of a whole run many conditions may fail at once.
MOST_NAMES = 8


def answer(header: Header, question: Question, results: Sequence[Result]) -> tuple[int, str]:
    """Whether it can be stopped: the exit code, and the line. It is of one moment, which it names."""
    code = answer_code(results, header.fail_on, header.catalogue, header.left_out)
    asked_at = f"asked at {when(header.started)}"
    if code == HEALTHY:
        parts = [_errors(header, question), _waived(results), _warned(results), asked_at]
        return code, "; ".join([f"{question.of} can be stopped now", *filter(None, parts)])
    if code == FAILED:
        why = _of(results, VerdictWord.FAIL) or _of(results, VerdictWord.WARN)
        return code, f"{question.of} must not be stopped now: {_reasons(why)}; {asked_at}"
    unseen = [*_of(results, VerdictWord.UNKNOWN), *_of(results, VerdictWord.SKIPPED)]
    why_not = _reasons(unseen) if unseen else "conditions were deselected"
    return code, f"whether {question.of} can be stopped is not known: {why_not}; {asked_at}"


def upgrade_answer(header: Header, question: Question, results: Sequence[Result]) -> str:
    """Whether the cluster can be upgraded, after its name; of one moment, and by a matrix, whose age it says.

    It agrees with the exit code of the run: yes is 0, no is 1, not known is 7. What was asked for the upgrade alone is
    named before what every run asks for.
    """
    own = {entry.id for entry in header.catalogue if entry.question == question.name}
    ordered = sorted(results, key=lambda each: each.condition not in own)
    code = code_of(header, results)
    ends = "; ".join(filter(None, [_matrix(header, question), f"asked at {when(header.started)}"]))
    if code == HEALTHY:
        notes = filter(None, [_waived(ordered), _warned(ordered)])
        return "; ".join([f"can be upgraded {_from(header)}to {question.of} now", *notes, ends])
    if code == FAILED:
        why = [each for each in _of(ordered, VerdictWord.FAIL) if each.critical] or _problems(ordered)
        return f"must not be upgraded to {question.of} now: {_reasons(why)}; {ends}"
    return f"whether it can be upgraded to {question.of} is not known: {_unseen(header, ordered, own)}; {ends}"


def _from(header: Header) -> str:
    """The version that runs, where it is one."""
    running = set(header.versions.values())
    return f"from {running.pop()} " if len(running) == 1 else ""


def _matrix(header: Header, question: Question) -> str:
    if question.matrix is None:
        return ""
    days = (date.fromisoformat(header.started[:10]) - date.fromisoformat(question.matrix)).days
    return f"by the matrix of {question.matrix}, {many(max(days, 0), 'day')} old"


def _unseen(header: Header, results: Sequence[Result], own: set[str]) -> str:
    """Why nothing is known, where nothing failed."""
    unknown = _of(results, VerdictWord.UNKNOWN)
    blocking = [each for each in unknown if each.critical or header.fail_on == "warning" or each.condition in own]
    skipped = [each for each in _of(results, VerdictWord.SKIPPED) if each.condition in own]
    if blocking or skipped:
        return _reasons([*blocking, *skipped])
    required = required_not_judged(results, header.require, header.catalogue, header.left_out)
    return f"required but not judged: {listed(required, MOST_NAMES)}" if required else "conditions were deselected"


def _of(results: Sequence[Result], word: VerdictWord) -> list[Result]:
    return [each for each in results if each.verdict is word]


def _problems(results: Sequence[Result]) -> list[Result]:
    return [each for each in results if each.verdict in (VerdictWord.FAIL, VerdictWord.WARN)]


def _reasons(results: Sequence[Result]) -> str:
    """What the first of them says, and how many conditions say more."""
    first = results[0]
    others = list(dict.fromkeys(each.condition for each in results if each.condition != first.condition))
    return f"{short(first.message)} ({listed([first.condition, *others], MOST_NAMES)})"


def _errors(header: Header, question: Question) -> str:
    """Whether users meet a database server that is gone."""
    stops = [name for name, replica in header.replicas.items() if question.of in (name, replica.node)]
    return f"users may see errors for up to {ERRORS_SECONDS} s" if stops else ""


def _waived(results: Sequence[Result]) -> str:
    subjects = [f"{each.condition} {each.subject}" for each in _of(results, VerdictWord.WAIVED)]
    return f"waived: {listed(subjects, MOST_NAMES)}" if subjects else ""


def _warned(results: Sequence[Result]) -> str:
    found = _of(results, VerdictWord.WARN)
    return f"but note: {_reasons(found)}" if found else ""
