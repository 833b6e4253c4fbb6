"""What a node of MSR needs, from `requirements.yaml` beside this file, which says when that was looked up."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

_FILE = Path(__file__).with_suffix(".yaml")


class Requirements(BaseModel):
    """Sizes in GB."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: date
    source: str
    memory_gb: int
    scanning_gb: int
    free_disk_gb: int
    production_gb: int


@cache
def requirements() -> Requirements:
    """The requirements as this release knows them."""
    return Requirements.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
