"""The closing lines of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.compare import compare
from reports.plain import fit, many, one_line
from reports.records import ListedWaiver, VerdictWord
from reports.terminal import closing_summary, status_word
from tests.reports.samples import IDS, dead, header, healthy, run, verdict

RUN = [Path("/runs/now") / name for name in ("report.html", "junit.xml", "results.jsonl")]


def test_it_begins_with_what_to_do_and_ends_with_the_headline() -> None:
    lines = closing_summary(header(), dead(), RUN)
    assert lines[0].startswith("Impact: ")
    assert lines[1] == "What to do first:"
    assert lines[2].startswith("  1. ")
    assert "f3712d9c419a (node-2" in lines[2]
    assert lines[3].startswith("     Impact: ")
    assert lines[4].startswith("     Next: ")
    assert lines[-2] == "Reports: /runs/now/report.html, also junit.xml and results.jsonl there"
    counts = "8 conditions failed; 1 condition with warnings; 15 conditions unknown"
    assert lines[-1] == f"prod-eu FAILED: 18 of 33 conditions judged; {counts}"


def test_counts_are_in_columns() -> None:
    lines = closing_summary(header(), dead(), RUN)
    first = next(number for number, line in enumerate(lines) if "PASS" in line)
    assert lines[first].split() == ["PASS", "WARN", "FAIL", "UNKNOWN"]
    assert lines[first + 1].split() == ["PING", "5", ".", "1", "1"]
    assert len({len(line) for line in lines[first : first + 14]}) == 1
    assert lines[first + 13].split() == ["all", "58", "1", "67", "18"]


def test_a_healthy_run_says_little() -> None:
    lines = closing_summary(header(), healthy(), RUN)
    assert "What to do first:" not in lines
    assert lines[0].startswith("Users: tested: ")
    assert lines[-1] == "prod-eu HEALTHY: 33 of 33 conditions judged"


def test_what_must_not_be_overlooked_is_in_the_last_line() -> None:
    head = header(demo="one-dead", insecure=True, offline=True)
    assert closing_summary(head, healthy(), RUN)[-1].startswith(
        "[DEMO one-dead, OFFLINE, TLS NOT VERIFIED] prod-eu HEALTHY"
    )


def test_the_baseline_and_what_it_decides() -> None:
    found = compare(run(healthy()), run(dead()))
    counts = "86 new, 0 worse, 0 unchanged, 0 resolved, 0 not judged again"
    line = f"Problems since the baseline of 2026-11-23T02:58:04Z: {counts}"
    assert line in closing_summary(header(), dead(), RUN, found)
    lines = closing_summary(header(), dead(), RUN, found, only_new=True)
    assert f"{line}; only new or worse problems decide the exit code" in lines


def test_expired_waivers() -> None:
    head = header(waivers_expired=(ListedWaiver("TLS-2", IDS[0], "ordered", None, "2026-01-01"),))
    assert f"Waiver expired (2026-01-01): TLS-2 {IDS[0]}, ordered" in closing_summary(head, healthy(), RUN)


def test_nothing_that_was_answered_moves_the_cursor() -> None:
    evil = "\x1b[2J\x1b]0;owned\x07\r\n\u202egnp\x9b31m\x00"
    results = [verdict("PING-1", IDS[0], "FAIL", evil)]
    text = "\n".join(closing_summary(header(cluster=evil, demo=evil), results, RUN))
    assert not [
        char for char in text if (ord(char) < 32 and char != "\n") or 127 <= ord(char) < 160 or char == "\u202e"
    ]


@pytest.mark.parametrize(
    ("word", "category", "shown"),
    [
        ("PASS", "passed", "PASSED"),
        ("WARN", "warned", "WARNED"),
        ("FAIL", "failed", "FAILED"),
        ("UNKNOWN", "error", "UNKNOWN"),
        ("SKIPPED", "skipped", "SKIPPED"),
        ("NOT_APPLICABLE", "skipped", "NOT APPLICABLE"),
        ("WAIVED", "xfailed", "WAIVED"),
    ],
)
def test_words_for_pytest(word: str, category: str, shown: str) -> None:
    found = status_word(VerdictWord(word))
    assert (found[0], found[2][0]) == (category, shown)
    assert len(found[1]) == 1


def test_a_warning_is_yellow() -> None:
    assert status_word(VerdictWord.WARN)[2][1] == {"yellow": True}


def test_letters_differ() -> None:
    assert len({status_word(word)[1] for word in VerdictWord}) == len(VerdictWord)


def test_numbers_carry_their_unit() -> None:
    assert [many(number, "test") for number in (0, 1, 2)] == ["0 tests", "1 test", "2 tests"]
    assert many(1, "remedy", "remedies") == "1 remedy"
    assert many(2, "remedy", "remedies") == "2 remedies"


def test_plain_text() -> None:
    assert one_line("a\nb\t c\x1b[0m") == "a b c [0m"
    assert fit("abcdef", 4) == "abc…"
    assert fit("abc", 3) == "abc"
    assert fit("abc", 0) == "…"


def test_what_is_skipped_says_why_once() -> None:
    why = "the inventory names no nodes: add them under nodes:"
    skipped = [verdict(name, "node-1", "SKIPPED", why) for name in ("CTR-1", "CTR-4", "NODE-1")]
    lines = closing_summary(header(), [*healthy(), *skipped], RUN)
    assert [line for line in lines if "Skipped" in line] == [f"Skipped (CTR, NODE): {why}"]


def test_areas_are_shown_by_their_names() -> None:
    head = header(areas={"PING": "Health check", "CTR": "Containers"}, require=())
    lines = closing_summary(head, [verdict("PING-1", IDS[0]), verdict("CTR-1", "node-1", "SKIPPED", "no nodes")], RUN)
    assert [line.split("  ")[1] for line in lines if line.startswith("  ") and "PASS" not in line] == [
        "Health check",
        "Containers",
        "all",
    ]
    assert "Skipped (Containers): no nodes" in lines


def test_waivers_that_have_no_effect_or_will_have_none() -> None:
    """The day of the run is 2026-11-23; what an old file gives for a day may be none."""
    soon = [ListedWaiver("TLS-2", "f2*", "ordered", None, until, "tls.expiring") for until in ("2026-11-25", "2026-11")]
    head = header(
        waivers_missed=("CTR-1 f2277ad178f7: its subjects are f2277ad178f7:api",),
        waivers_exceeded=("CTR-1: 3 do not pass",),
        waivers_expiring=tuple(soon),
    )
    assert [line for line in closing_summary(head, healthy(), RUN) if line.startswith("Waiver")] == [
        "Waiver expires in 2 days (2026-11-25): TLS-2 f2* tls.expiring, ordered",
        "Waiver expires soon (2026-11): TLS-2 f2* tls.expiring, ordered",
        "Waiver exceeded: CTR-1: 3 do not pass",
        "Waiver covered nothing in this run: CTR-1 f2277ad178f7: its subjects are f2277ad178f7:api",
    ]
