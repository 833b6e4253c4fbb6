"""results.jsonl: what is written can be read, by machines and after a kill."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.results import FILE_NAME, Header, ListedWaiver, Result, Results, Run, VerdictWord, Waiver, read, storable
from tests.reports.samples import header, healthy, mixed, verdict

SCHEMA_1_HEADER = (
    *("cluster", "url", "started", "product", "replicas", "nodes", "versions", "images", "require"),
    *("fail_on", "deselected", "waivers_expired", "waivers_missed", "demo", "offline", "insecure"),
    "catalogue",
)
SCHEMA_1_VERDICT = (
    *("cluster", "condition", "subject", "verdict", "severity", "message", "seen", "expected", "documented"),
    *("remedy", "started", "seconds", "waiver", "test"),
)
ODD = verdict(
    "PING-1", "f2277ad178f7", "FAIL", 'a "quote", a\nnewline, \u2028, \x00, 漢字', seen={"a": [1, 2.5, None, True]}
)


def written(path: Path, *results: Result, head: Header | None = None, **options: Any) -> Run:
    with Results.open(path, head or header(), **options) as out:
        for result in results:
            out.add(result)
        out.finish(1)
    return read(path)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    waived = verdict("STATUS-13", "f2277ad178f7", "WAIVED", waiver=Waiver("migration", "CHG-1", "2026-12-01"))
    head = header(waivers_expired=(ListedWaiver("PING-1", None, "old", None, "2026-01-01"),), demo="healthy")
    run = written(tmp_path, ODD, waived, *mixed(), head=head)
    assert run.header == head
    assert run.results == (ODD, waived, *mixed())
    assert not run.truncated


def test_read_takes_the_directory_or_the_file(tmp_path: Path) -> None:
    run = written(tmp_path / "runs" / "now", ODD)
    assert read(tmp_path / "runs" / "now" / FILE_NAME) == run


def test_a_line_is_a_json_object_with_the_documented_fields(tmp_path: Path) -> None:
    written(tmp_path, ODD)
    first, second = (json.loads(line) for line in (tmp_path / FILE_NAME).read_text(encoding="utf-8").split("\n")[:2])
    assert (first["kind"], first["schema"]) == ("header", 2)
    assert first["replicas"]["f2277ad178f7"] == {"node": "node-1", "address": "10.0.0.11", "port": 443}
    assert second["verdict"] == "FAIL"
    assert list(second) == [
        *("kind", "cluster", "condition", "subject", "verdict", "severity"),
        *("message", "reason", "about", "witnesses", "measured", "since", "because"),
        *("seen", "expected", "documented", "remedy", "started", "seconds"),
        *("attempts", "recovered_at", "waiver", "test"),
    ]


def test_no_character_moves_a_terminal_or_ends_a_line(tmp_path: Path) -> None:
    """results.jsonl is read line by line, by other tools than ours, and looked at with cat and jq."""
    evil = "\x1b[31m\x7f\x85\x9b31m\u2028\u2029\u202e\u2066 ö…漢"
    found = verdict("PING-1", evil, "FAIL", evil, seen={evil: [evil]})
    assert written(tmp_path, found).results == (found,)
    text = (tmp_path / FILE_NAME).read_text(encoding="utf-8")
    assert set(evil) & set(text) == set("[31m ö…漢")
    assert len(text.splitlines()) == 3


def test_every_line_is_there_before_the_next_is_judged(tmp_path: Path) -> None:
    with Results.open(tmp_path, header()) as out:
        for number, result in enumerate(healthy(), start=1):
            out.add(result)
            assert len(read(tmp_path).results) == number


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    with Results.open(tmp_path, header()) as out:
        threads = [threading.Thread(target=lambda: [out.add(ODD) for _ in range(50)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(out.results) == 400
    assert len(read(tmp_path).results) == 400


def hide(value: Any) -> Any:
    """A mask as the product gives one: it walks through lists and objects."""
    if isinstance(value, str):
        return value.replace("FAIL", "***").replace("hunter2", "***")
    if isinstance(value, dict):
        return {hide(key): hide(item) for key, item in value.items()}
    return [hide(item) for item in value] if isinstance(value, list) else value


def test_the_mask_hides_values_and_leaves_the_key_alone(tmp_path: Path) -> None:
    secret = verdict(
        "PING-1",
        "f2277ad178f7",
        "FAIL",
        "hunter2 FAIL",
        seen={"hunter2": ["hunter2"]},
        expected="hunter2",
        waiver=Waiver("hunter2", "hunter2"),
    )
    head = header(url="https://hunter2@msr", waivers_expired=(ListedWaiver("PING-1", None, "hunter2"),))
    run = written(tmp_path, secret, head=head, mask=hide, mask_name=hide)
    assert "hunter2" not in (tmp_path / FILE_NAME).read_text(encoding="utf-8")
    (result,) = run.results
    assert result.verdict is VerdictWord.FAIL
    assert result.message == "*** ***"
    assert result.key == secret.key


def test_what_is_told_is_masked_as_it_was_written(tmp_path: Path) -> None:
    with Results.open(tmp_path, header(), mask=hide) as out:
        given = out.add(replace(ODD, message="hunter2"))
        assert given.message == "***"
        assert out.run.results == (given,)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("a\ud800b", "a\ufffdb"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ({1: {"x"}}, {"1": ["x"]}),
        ((1, 2), [1, 2]),
        (b"\xff", "b'\\xff'"),
        (Path("/tmp"), "/tmp"),
        (True, True),
    ],
)
def test_anything_can_be_stored(value: Any, stored: Any) -> None:
    assert storable(value) == stored


def test_lone_surrogates_do_not_stop_the_run(tmp_path: Path) -> None:
    run = written(tmp_path, replace(ODD, message="\udcff", seen=["\ud83d"], subject="a\ud800"))
    assert run.results[0].message == "\ufffd"
    assert run.results[0].seen == ["\ufffd"]


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_a_killed_run_loses_its_last_line_only(tmp_path: Path, cut: int) -> None:
    written(tmp_path, ODD, ODD)
    path = tmp_path / FILE_NAME
    verdicts = b"".join(path.read_bytes().splitlines(keepends=True)[:-1])
    path.write_bytes(verdicts[: -1 - cut])
    run = read(tmp_path)
    assert run.results == (ODD,)
    assert run.truncated
    assert run.end is None


def test_a_run_that_was_killed_between_two_lines_is_not_whole(tmp_path: Path) -> None:
    written(tmp_path, ODD, ODD)
    path = tmp_path / FILE_NAME
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert read(tmp_path).truncated


def test_the_end_says_how_it_ended(tmp_path: Path) -> None:
    run = written(tmp_path, ODD, verdict("PING-1", "f3712d9c419a"))
    assert run.end is not None
    assert run.end.exit_code == 1
    assert {word: number for word, number in run.end.counts.items() if number} == {"FAIL": 1, "PASS": 1}


def test_kinds_of_lines_of_a_later_release_are_skipped(tmp_path: Path) -> None:
    run = written(tmp_path, ODD)
    path = tmp_path / FILE_NAME
    first, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([first, '{"kind": "cause", "id": "database-down"}\n', *rest]), encoding="utf-8")
    assert read(tmp_path) == run


def test_a_run_of_schema_1_is_read(tmp_path: Path) -> None:
    """As release 0.1.0 wrote it: no kinds, no evidence, no end."""
    head = {name: value for name, value in header().to_json().items() if name in SCHEMA_1_HEADER}
    line = {name: value for name, value in ODD.to_json().items() if name in SCHEMA_1_VERDICT}
    old = [{"schema": 1, **head}, {**line, "looks": 2, "came_right": "2026-11-23T02:58:09Z"}]
    (tmp_path / FILE_NAME).write_text("".join(json.dumps(each) + "\n" for each in old), encoding="utf-8")
    run = read(tmp_path)
    assert run.header.cluster == header().cluster
    assert [(each.key, each.attempts, each.recovered_at) for each in run.results] == [
        (ODD.key, 2, "2026-11-23T02:58:09Z")
    ]
    assert not run.truncated


def test_a_last_line_that_lacks_only_its_end_of_line_counts(tmp_path: Path) -> None:
    written(tmp_path, ODD)
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes()[:-1])
    run = read(tmp_path)
    assert run.results == (ODD,)
    assert not run.truncated


def test_a_missing_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"results\.jsonl: cannot read the results of a run: No such file"):
        read(tmp_path)


@pytest.mark.parametrize("text", ["", "\n", "{", "[]\n", "not json\n", "{}\n", "\xff\n", '{"schema": true}\n'])
def test_another_file_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match=r"other\.jsonl: is not the results\.jsonl of a run"):
        read(path)


def test_a_newer_schema_is_said(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps({**header().to_json(), "schema": 3}) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="schema 3, this release reads up to schema 2: use a newer release"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"verdict": "GOOD"}, "verdict: Input should be 'FAIL', 'UNKNOWN'"),
        ({"verdict": None}, "verdict: Input should be"),
        ({"subject": 7}, "subject: Input should be a valid string"),
        ({"seconds": "1"}, "seconds: Input should be a valid number"),
        ({"waiver": {}}, "waiver.reason: Field required"),
        ({"kind": None}, 'it has no "kind"'),
    ],
)
def test_a_line_in_the_middle_that_is_no_verdict_is_said(tmp_path: Path, change: dict[str, Any], error: str) -> None:
    path = tmp_path / FILE_NAME
    lines = [header().to_json(), {**ODD.to_json(), **change}, ODD.to_json()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"line 2 is not valid: .*{error}"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"fail_on": "never"}, "fail_on: Input should be 'critical' or 'warning'"),
        ({"nodes": [1]}, "nodes.0: Input should be a valid string"),
        ({"catalogue": ["PING-1"]}, "catalogue.0: Input should be an object"),
        (
            {"replicas": {"a": {"node": None, "address": "x", "port": True}}},
            "replicas.a.port: Input should be a valid integer",
        ),
    ],
)
def test_a_bad_header_is_said(tmp_path: Path, change: dict[str, Any], error: str) -> None:
    (tmp_path / FILE_NAME).write_text(json.dumps({**header().to_json(), **change}) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=error):
        read(tmp_path)


def test_fields_of_a_later_release_are_ignored(tmp_path: Path) -> None:
    lines = [{**header().to_json(), "new": 1}, {**ODD.to_json(), "new": 2}]
    (tmp_path / FILE_NAME).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert read(tmp_path).results == (ODD,)


def test_a_file_that_no_run_writes_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with path.open("wb") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(ValueError, match=r"is larger than 64 MB, which no results\.jsonl is"):
        read(path)
