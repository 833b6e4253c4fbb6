"""From facts to verdicts: calls a check with what it asks for, and reports what could not be seen as UNKNOWN."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from checks.condition import Condition
from checks.engine.bound_check import BoundCheck, arguments_of, keys_of
from checks.verdict import Outcome, Severity, Verdict, failed, passed, skipped, unknown
from fixtures.core.evidence import Because, thing
from fixtures.core.probe import CORRECTIONS
from fixtures.core.store import Key, NoResponse, NotConfigured, Observation, Store, Unavailable
from fixtures.core.subjects import in_grammar
from fixtures.inventory import Inventory, Waiver

FLAPS = (Outcome.FAIL, Outcome.WARN)
JUDGED = (Outcome.FAIL, Outcome.WARN, Outcome.PASS)


@dataclass(frozen=True)
class Judgement:
    """The verdict of a check on one subject and the final facts, and how it came about.

    covered: what it would be without its waiver.
    """

    verdict: Verdict
    subject: str
    severity: Severity
    started: datetime | None
    seconds: float | None
    attempts: int
    recovered_at: datetime | None = None
    waiver: Waiver | None = None
    covered: Outcome | None = None
    internal_error: bool = False
    tracebacks: tuple[str, ...] = ()


@dataclass
class Judge:
    """Judges checks on what the store holds. The judgements of a round are final: rounds are judged when they ended.

    waited: the run waited for what did not hold (`--wait`), so that what came right is as it should be.
    """

    store: Store
    inventory: Inventory
    waited: bool = False
    _views: dict[int, Store] = field(default_factory=dict)
    _judged: dict[tuple[str, str, int], list[Judgement]] = field(default_factory=dict)
    _keys: dict[tuple[str, str], list[Key]] = field(default_factory=dict)

    def verdicts(self, asked: BoundCheck) -> list[Judgement]:
        """The verdicts of a check over the whole history: those on the final facts, and whether any flapped."""
        when = _began(self._keys_of(asked), self.store)
        rounds = _rounds(when)
        history = [self._of_round(asked, each) for each in rounds]
        final = history[-1]
        before = {
            each.subject: each for judgements in history[:-1] for each in judgements if each.verdict.outcome in FLAPS
        }
        last_wrong = _last_wrong(history)
        right = {subject: when.get(rounds[min(last_wrong[subject] + 1, len(rounds) - 1)]) for subject in before}
        settled = [
            self._recovered(each, before[each.subject], right[each.subject]) if _right_again(each, before) else each
            for each in final
        ]
        if any(each.verdict.outcome is Outcome.UNKNOWN for each in final):
            return settled
        # What only an answer names, as an issue, is gone from the final one when it has come right.
        still_named = {each.subject for each in final}
        gone = [subject for subject in before if subject not in still_named]
        return settled + [self._recovered(final[0], before[subject], right[subject]) for subject in gone]

    def _recovered(self, now: Judgement, before: Judgement, recovered_at: datetime | None) -> Judgement:
        if self.waited:
            message = f"recovered during --wait: {before.verdict.message}"
            own = now.verdict if now.subject == before.subject else passed()
            verdict = replace(own, message=message, about=before.verdict.about, measured=before.verdict.measured)
        else:
            message = f"flapped: {before.verdict.message}; it recovered by itself"
            verdict = replace(before.verdict, outcome=Outcome.WARN, message=message)
        return replace(
            now, verdict=verdict, subject=before.subject, severity=before.severity, recovered_at=recovered_at
        )

    def verdicts_now(self, asked: BoundCheck) -> list[Judgement]:
        """The verdicts on the newest facts alone."""
        return self._of_round(asked, _rounds(_began(self._keys_of(asked), self.store))[-1])

    def _keys_of(self, asked: BoundCheck) -> list[Key]:
        key = (asked.condition.id, asked.subject)
        if key not in self._keys:
            self._keys[key] = keys_of(asked, self.inventory)
        return self._keys[key]

    def _of_round(self, asked: BoundCheck, last_round: int) -> list[Judgement]:
        key = (asked.condition.id, asked.subject, last_round)
        if key not in self._judged:
            self._judged[key] = _judge_once(asked, self._keys_of(asked), self._view(last_round), self.inventory)
        return self._judged[key]

    def forget_views(self) -> None:
        """Hold no longer what was seen in rounds that are judged."""
        self._views.clear()

    def _view(self, last_round: int) -> Store:
        """What was known when that round had ended, and belongs to whom the inventory names."""
        if last_round not in self._views:
            view = self._views[last_round] = self.store.as_of(last_round)
            for correct in CORRECTIONS:
                correct(view, self.inventory)
        return self._views[last_round]


def _right_again(now: Judgement, unsettled: Mapping[str, Judgement]) -> bool:
    return now.verdict.outcome is Outcome.PASS and now.subject in unsettled


def _began(keys: Sequence[Key], store: Store) -> dict[int, datetime]:
    """When each round began in which something that a check is judged on was looked at."""
    observations = [observation for key in keys for observation in store.observations.get(key, [])]
    return {
        each: min(observation.started for observation in observations if observation.round == each)
        for each in {observation.round for observation in observations}
    }


def _rounds(began: Mapping[int, datetime]) -> list[int]:
    return sorted(began) or [0]


def _last_wrong(history: Sequence[Sequence[Judgement]]) -> dict[str, int]:
    """The last place in the history at which something was wrong with each subject, or anything could not be seen."""
    last: dict[str, int] = {}
    unknown = -1
    for place, judgements in enumerate(history):
        last.update({each.subject: place for each in judgements if each.verdict.outcome in FLAPS})
        if any(each.verdict.outcome is Outcome.UNKNOWN for each in judgements):
            unknown = place
    return {subject: max(place, unknown) for subject, place in last.items()}


def _judge_once(asked: BoundCheck, keys: Sequence[Key], view: Store, inventory: Inventory) -> list[Judgement]:
    if asked.nothing:
        nothing = Verdict(Outcome(asked.nothing.verdict), asked.nothing.reason)
        return [Judgement(nothing, asked.subject, asked.condition.severity, None, None, 0)]
    observations = [observation for key in keys if (observation := view.latest(key))]
    internal_error = False
    try:
        returned = asked.function(**arguments_of(asked, view, inventory))
        _refuse_unlisted(asked.condition, [returned] if isinstance(returned, Verdict) else returned)
    except Unavailable as cause:
        returned = _everywhere(asked, _unavailable(asked, observations, cause), inventory)
    except Exception as error:  # a fault of ours is reported as that, and blames no component
        message = f"internal error in the check: {type(error).__name__}: {error}"
        broken = unknown(Unavailable("run.internal-error", message, about=[thing("this-machine")]))
        returned = _everywhere(asked, broken, inventory)
        internal_error = True
    verdicts = [returned] if isinstance(returned, Verdict) else list(returned)
    named = zip(_subjects(asked, verdicts), verdicts, strict=True)
    return [_judgement(asked, subject, verdict, observations, view, internal_error) for subject, verdict in named]


def _everywhere(asked: BoundCheck, verdict: Verdict, inventory: Inventory) -> list[Verdict]:
    """A verdict on the whole check, at each subject that its verdicts have."""
    names = asked.condition.subjects
    if names is None:
        return [verdict]
    return [replace(verdict, subject=name) for name in names(inventory, *asked.parameters.values())]


def _subjects(asked: BoundCheck, verdicts: Sequence[Verdict]) -> list[str]:
    """Each verdict's subject; a name that an answer gives twice gets a number, so that a report can hold both."""
    times: Counter[str] = Counter()
    taken: dict[str, None] = {}
    for verdict in verdicts:
        name = subject = in_grammar(verdict.subject or asked.subject)
        while subject in taken:
            times[name] += 1
            subject = f"{name}-{1 + times[name]}"
        taken[subject] = None
    return list(taken)


def _unavailable(asked: BoundCheck, observations: Sequence[Observation], cause: Unavailable) -> Verdict:
    """No response is the fault of the condition that owns this way in; for all others it is UNKNOWN."""
    if isinstance(cause, NotConfigured):
        return skipped(str(cause))
    own = any(each.cause is cause and not each.inherited for each in observations)
    if asked.condition.owns and own and isinstance(cause, NoResponse):
        return failed(asked.condition.no_response(cause.reason), str(cause), about=cause.about)
    return unknown(cause)


def _refuse_unlisted(condition: Condition, verdicts: Sequence[Verdict]) -> None:
    """The list of reasons is closed: what is not in it could not be explained to anybody."""
    for verdict in verdicts:
        wanted = verdict.outcome in (Outcome.FAIL, Outcome.WARN, Outcome.UNKNOWN)
        if (wanted and not condition.allows(verdict.reason)) or (not wanted and verdict.reason is not None):
            raise ValueError(
                f"{condition.id} returns {verdict.outcome} with the reason {verdict.reason}, which it does not list"
            )


def _judgement(
    asked: BoundCheck,
    subject: str,
    verdict: Verdict,
    observations: Sequence[Observation],
    view: Store,
    internal_error: bool,
) -> Judgement:
    severity = verdict.severity or asked.condition.severity
    if verdict.outcome in JUDGED:
        about = verdict.about or asked.about
        verdict = replace(verdict, about=about, measured=verdict.measured or asked.condition.measured)
    if verdict.outcome is Outcome.UNKNOWN:
        because = verdict.because or (None if internal_error else _looked_at(asked, observations))
        verdict = replace(verdict, about=verdict.about or asked.about, because=because)
    if verdict.outcome is Outcome.FAIL and severity is Severity.WARNING:
        verdict = replace(verdict, outcome=Outcome.WARN)
    return Judgement(
        verdict,
        subject,
        severity,
        min((observation.started for observation in observations), default=None),
        max((observation.seconds for observation in observations), default=None),
        max((len(view.observations[observation.key]) for observation in observations), default=0),
        internal_error=internal_error,
        tracebacks=tuple(observation.traceback for observation in observations if observation.traceback),
    )


def _looked_at(asked: BoundCheck, observations: Sequence[Observation]) -> Because | None:
    """Whose facts did not suffice where a check itself does not say: those of the first probe that looked there."""
    keys = [each.key for each in observations]
    first = next((key for key in keys if key.subject == asked.subject), keys[0] if keys else None)
    return Because(first.subject, probe=first.probe) if first else None
