"""The manual says what the code does."""

from __future__ import annotations

import re
from collections import Counter

from docs import diagnosis_page
from docs.generate import DIRECTORY, pages
from lab import embedded
from lab.swarm.faults import faults
from reports import schema
from reports.diagnosis.engine import KINDS
from tests.scenes.pairs import effect_of
from tests.suite import ROOT

PROOF = ROOT / "docs" / "proof.md"


def test_pages_of_the_conditions_are_those_of_the_catalogue() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in DIRECTORY.glob("*.md")}
    assert written == pages(), "run: python -m docs.generate"


def test_the_page_of_the_diagnosis_is_that_of_its_rules() -> None:
    assert (ROOT / "docs" / diagnosis_page.NAME).read_text("utf-8") == diagnosis_page.page(), (
        "run: python -m docs.generate"
    )


def test_the_page_of_the_proof_counts_the_scenes_and_faults_of_now() -> None:
    written = dict(re.findall(r"^\| `([a-z0-9-]+)` \| ([0-9-]+ \| [0-9-]+) \|", PROOF.read_text("utf-8"), re.MULTILINE))
    scenes = Counter(kind for name in embedded.scenes() for kind in {each.id for each in effect_of(name).causes})
    declared = Counter(kind for fault in faults().values() for kind in {each.id for each in fault.expected_causes()})
    assert written == {kind.id: f"{scenes[kind.id] or '-'} | {declared[kind.id] or '-'}" for kind in KINDS}, (
        "make docs/proof.md anew: CONTRIBUTING.md says how"
    )


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_the_published_schema_is_that_of_the_records() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "run: python -m reports.schema"


def test_the_code_that_is_shown_is_that_of_the_project() -> None:
    files = [path for folder in ("checks", "lab", "tests") for path in (ROOT / folder).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    for shown in re.findall(r"```python\n(.+?)```", page, re.DOTALL):
        assert shown in code, f"docs/extending.md shows code that the project does not have:\n{shown}"
