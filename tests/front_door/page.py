"""report.html as a reader sees it: its words, its links, its tables."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

_UNSEEN = ("style", "script", "template", "title")


class Page(HTMLParser):
    """`text` is what is shown, `links` where one can click, `fetched` what the page takes from elsewhere."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.fetched: list[str] = []
        self._within: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _UNSEEN:
            self._within.append(tag)
        if tag == "a" and given.get("href"):
            self.links.add(str(given["href"]))
        if given.get("id"):
            self.ids.add(str(given["id"]))
        if given.get("src") or (tag == "link" and given.get("href")):
            self.fetched.append(str(given.get("src") or given.get("href")))

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.words.append(data)
