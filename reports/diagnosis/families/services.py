"""."""

from __future__ import annotations

from reports.diagnosis.finding import Family

family = Family()
