"""Annotations as GitHub's workflow commands, and a job's summary in Markdown."""

from __future__ import annotations

import re

from reports.formats.github_actions import job_summary, render
from reports.overview import overview
from tests.reports.samples import HOSTILE, dead, ended, healthy, killed, verdict

COMMAND = re.compile(r"::(error|warning|notice) title=([^:,\r\n]*)::([^\r\n]*)")


def commands(text: str) -> list[tuple[str, str, str]]:
    """Each line as GitHub's runner reads it: the kind, the title and the message, unescaped."""
    found = []
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        kind, title, message = match.groups()
        title = title.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
        found.append((kind, title, message.replace("%25", "%")))
    return found


def test_a_healthy_run_is_one_notice() -> None:
    (told,) = commands(render(overview(ended(healthy()))))
    assert told == ("notice", "MSR prod-eu", "HEALTHY: 33 of 33 conditions judged")


def test_each_cause_is_an_annotation_with_its_next_step() -> None:
    found = overview(ended(dead()))
    (head, *causes) = commands(render(found))
    assert head[0] == "error"
    assert [title for _, title, _ in causes] == [each.text for each in found.diagnosis.causes]
    assert all("Next: " in message for _, _, message in causes)


def test_a_warning_is_one() -> None:
    told = commands(render(overview(ended([*healthy(), verdict("NGINX-3", "x", "WARN", "many")]))))
    assert [kind for kind, _, _ in told] == ["notice", "warning"]


def test_github_shows_ten_errors_of_a_step() -> None:
    down = [verdict("NODE-1", f"node-{n}", "FAIL", "is down", reason=f"node.down-{n}") for n in range(12)]
    told = commands(render(overview(ended(down))))
    assert [kind for kind, _, _ in told].count("error") == 10


def test_no_answer_of_a_cluster_is_a_command() -> None:
    hostile = f"100% %0A x\n::stop-commands::y {HOSTILE}"
    found = overview(ended([verdict("ALERT-1", "cluster", "FAIL", hostile, about=())]))
    told = commands(render(found))
    assert [kind for kind, _, _ in told] == ["error", "error"]
    assert "100% %0A x ::stop-commands::y" in told[1][1]
    assert "%0A" not in render(found)


def test_the_summary_says_what_is_wrong_and_counts_by_area() -> None:
    found = overview(ended(dead()))
    text = job_summary(found)
    assert text.startswith("## MSR prod-eu: FAILED\n\nFAILED: ")
    assert text.count("\n| 1 | ") == 1
    assert "| PING | 5 |  | 1 | 1 |" in text


def test_the_summary_of_a_killed_run_says_so() -> None:
    assert "did not come to its end" in job_summary(overview(killed(healthy())))


def test_no_answer_of_a_cluster_is_markdown() -> None:
    hostile = f"| a | [x](javascript:alert(1)) ![y](http://evil.example) `code` @everyone {HOSTILE}"
    text = job_summary(overview(ended([verdict("ALERT-1", "cluster", "FAIL", hostile, about=())])))
    for raw in ("<script", "](", "![", " @everyone", "`code`"):
        assert raw not in text
    rows = [line for line in text.splitlines() if line.startswith("| 1 |")]
    assert len(rows) == 1
    assert len(re.findall(r"(?<!\\)\|", rows[0])) == 5
