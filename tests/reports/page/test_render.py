"""The static report: whole without JavaScript, fetching nothing, and safe against what a cluster answers."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reports.compare import compare
from reports.page.render import render_page, render_static, title
from reports.records import ListedWaiver, Result
from reports.results import Run
from tests.reports.samples import HOSTILE, IDS, TABLES, cut_off, dead, header, healthy, mixed, refused, run, verdict

VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """What a page consists of, and whether its tags are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text += " " if tag == "div" else ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.text += "" if tag in ("span", "code", "b", "a") else " "

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def page(found: Run, *, baseline: Run | None = None) -> Page:
    comparison = compare(baseline, found) if baseline else None
    return Page(render_static(found.header, found.results, comparison, truncated=found.truncated))


EVIL_HEADER = {
    "cluster": HOSTILE,
    "url": HOSTILE,
    "demo": HOSTILE,
    "versions": {IDS[0]: HOSTILE},
    "deselected": (HOSTILE,),
    "waivers_expired": (ListedWaiver(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
}
RUNS = {
    "healthy": run(healthy()),
    "dead": run(dead()),
    "seven": run(dead(7)),
    "cut off": run(cut_off()),
    "refused": run(refused()),
    "mixed": run(mixed(), demo="one-dead", insecure=True, offline=True),
    "nothing": run([]),
    "hostile": Run(
        header(3, **EVIL_HEADER),
        tuple(
            replace(r, subject=HOSTILE, message=HOSTILE, seen=HOSTILE, expected={HOSTILE: HOSTILE}, documented=HOSTILE)
            for r in (*dead(), *mixed())
        ),
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_it_runs_nothing_and_fetches_nothing(name: str) -> None:
    found = page(RUNS[name], baseline=RUNS["dead"])
    for tag, attributes in found.tags:
        assert tag not in {"script", "img", "link", "iframe", "object", "embed", "form", "svg", "base", "video"}
        assert not [
            attribute for attribute in attributes if attribute.startswith("on") or attribute in ("src", "style")
        ]
        assert (attributes.get("href") or "#").startswith(("#", "https://docs.mirantis.com/"))
    html = render_static(RUNS[name].header, RUNS[name].results)
    styles = "".join(re.findall(r"<style>(.*?)</style>", html, re.S))
    assert "url(" not in styles
    assert "@import" not in styles


@pytest.mark.parametrize("name", RUNS)
def test_every_anchor_leads_somewhere_and_stands_once(name: str) -> None:
    tags = page(RUNS[name]).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {
        (attributes.get("href") or "")[1:] for _, attributes in tags if (attributes.get("href") or "").startswith("#")
    }
    assert targets <= set(ids)


def test_hostile_texts_are_shown_as_they_are() -> None:
    assert HOSTILE in page(RUNS["mixed"]).text
    assert HOSTILE in page(RUNS["hostile"]).text


def test_a_guide_link_is_never_a_script() -> None:
    head = header()
    evil = tuple(replace(entry, guide="javascript:alert(1)") for entry in head.catalogue)
    assert "javascript" not in render_static(replace(head, catalogue=evil), dead())


def test_the_title() -> None:
    assert title(header()) == "msr-checks: prod-eu"
    assert title(header(demo="")) == "msr-checks: prod-eu (DEMO)"
    assert title(None) == "msr-checks"


def test_a_demo_cannot_be_taken_for_a_cluster() -> None:
    assert "This is not a real cluster: scene one-dead" in page(RUNS["mixed"]).text
    assert "DEMO" not in page(RUNS["healthy"]).text
    assert "DEMO" in page(run(healthy(), demo="")).text


def test_banners() -> None:
    text = page(RUNS["mixed"]).text
    assert "TLS NOT VERIFIED" in text
    assert "OFFLINE" in text
    assert "INCOMPLETE" not in text
    assert "INCOMPLETE" in page(Run(header(), tuple(healthy()), truncated=True)).text


def test_the_order_of_the_page() -> None:
    text = page(RUNS["mixed"], baseline=RUNS["dead"]).text
    parts = (
        "31 of 33 conditions judged",
        "What to do first",
        "By area",
        "Since the baseline",
        "Problems",
        "Waived",
        "Skipped",
        "Not applicable",
        "Passed",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def rows(found: Page, text: str) -> int:
    return found.text.count(text)


def test_areas_are_shown_by_their_names() -> None:
    found = header(areas={"PING": "Health check", "TLS": "Certificates"})
    text = " ".join(page(Run(found, (verdict("PING-1", IDS[0]), verdict("TLS-1", IDS[0], "FAIL")))).text.split())
    assert "Area PASS WARN FAIL UNKNOWN Health check 1 · · · Certificates · · 1 ·" in text
    assert "Passed Health check 1 verdict of 1 condition" in text


def test_29_tables_are_one_row() -> None:
    found = page(RUNS["dead"])
    assert rows(found, "STATUS-11 The table is ready") == 1
    assert f"29: {TABLES[0]}" in found.text
    assert all(table in found.text for table in TABLES)


def test_what_follows_stands_under_its_cause_with_what_it_means_once() -> None:
    text = page(RUNS["dead"]).text
    assert text.count("What it means, and how to look closer: ") >= 1
    assert text.index("What it means, and how to look closer: ") < text.index("Probably caused by it")
    assert "docker logs --timestamps --tail 200 dtr-rethinkdb-f3712d9c419a" in text


def test_what_is_not_shown_stands_in_place_of_a_command() -> None:
    text = " ".join(page(RUNS["dead"]).text.split())
    assert "Its command is shown when a run has shown: " in text
    assert "--declare lost=" in text
    assert "--replica-ids" not in text


def test_everything_of_a_problem_is_shown() -> None:
    one = verdict("NGINX-3", IDS[0], "WARN", "5000 active connections", seen=5000, expected="< 1000")
    text = " ".join(page(run([one])).text.split())
    for part in (
        "WARN warning NGINX-3 The number of active connections is below the limit.",
        "guide: Health check endpoints",
        IDS[0],
        "5000 active connections seen 5000 expected < 1000",
        "What it means, and how to look closer: Find the clients that keep the front end busy",
        "curl -ksS https://10.0.0.11/nginx_status",
    ):
        assert part in text


def test_values_that_differ_are_shown_for_each_subject() -> None:
    results = [verdict("NGINX-3", name, "WARN", "too many", seen=n) for n, name in enumerate(IDS[:2], start=7000)]
    text = page(run(results)).text
    assert "seen, per subject" in text
    assert "7000" in text
    assert "7001" in text


def test_long_texts_are_folded_and_very_long_ones_cut() -> None:
    found = page(run([verdict("STATUS-1", IDS[0], "FAIL", "y" * 100_000)]))
    assert found.text.count("y") < 5000
    assert "100000 characters; results.jsonl has all of them" in found.text


def test_flapping_waivers_and_what_was_left_out_are_shown() -> None:
    head = header(
        deselected=("MKE-1",), waivers_expired=(ListedWaiver("TLS-2", None, "new one ordered", "CHG-9", "2026-01-01"),)
    )
    results = tuple(r for r in mixed() if r.condition not in ("MKE-1", "STORE-1"))
    text = " ".join(page(Run(head, results)).text.split())
    assert "recovered at 2026-11-23 02:58:09 UTC after 2 attempts" in text
    assert "waived until 2026-12-01, CHG-1234: read-only during migration" in text
    assert "TLS-2: until 2026-01-01, CHG-9, new one ordered" in text
    assert "deselected in this run: MKE-1" in text
    assert "not run: STORE-1" in text
    assert "add `accounts.readers`" in text


def test_the_baseline() -> None:
    text = " ".join(page(run(mixed()), baseline=run(dead(), started="2026-11-20T01:00:00Z")).text.split())
    assert "Since the baseline of 2026-11-20 01:00:00 UTC" in text
    assert "new 5 " in text
    assert "resolved 84 " in text
    assert "ANOTHER CLUSTER" not in text
    other = run(dead(), cluster="prod-us")
    assert "The baseline is of prod-us, this run of prod-eu." in " ".join(
        page(run(mixed()), baseline=other).text.split()
    )


def test_a_large_run_stays_light() -> None:
    results: list[Result] = dead(7) * 3
    head = run(dead(7)).header
    assert len(results) > 850
    assert len(render_static(head, results)) < 120_000


def test_a_healthy_page_has_no_problems() -> None:
    text = page(RUNS["healthy"]).text
    assert "Problems" not in text
    assert "Nothing." in text
    assert "HEALTHY" in text


def test_a_partial_page_says_that_nothing_to_do_is_not_all() -> None:
    results = [r for r in healthy() if r.condition != "MKE-1"]
    assert "not everything was checked" in page(run(results)).text


def test_the_page_of_its_own_is_whole(tmp_path: Path) -> None:
    html = render_page(RUNS["mixed"])
    (tmp_path / "report.html").write_text(html, encoding="utf-8")
    found = Page(html)
    assert "<title>msr-checks: prod-eu (DEMO)</title>" in html
    assert ("meta", {"charset": "utf-8"}) in found.tags
    assert "default-src 'none'" in html
