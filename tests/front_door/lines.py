"""The lines of results.jsonl, as they are promised to whoever reads them: JSON Schemas written from the contract."""

from __future__ import annotations

from typing import Any

from reports.remedies import remedies

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
CONDITION: Schema = {"type": "string", "pattern": "^[A-Z]+-[0-9]+$"}
SEVERITY: Schema = {"enum": ["critical", "warning"]}
TIME: Schema = {"type": "string", "pattern": r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-9:]{8}(\.[0-9]{1,6})?Z$"}
DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
REMEDY: Schema = {"enum": [*remedies(), None]}


def closed(**properties: Schema) -> Schema:
    """An object with exactly these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def listed(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def mapped(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


REASON: Schema = {"type": "string", "pattern": "^[a-z]+\\.[a-z0-9]+(-[a-z0-9]+)*$"}
REASONS: Schema = {"type": "object", "patternProperties": {REASON["pattern"]: TEXT}, "additionalProperties": False}
NAMED = (
    "account|alert|certificate|container|database|feed|inventory|job|link|network|node|notary|replica|repository|table"
    "|token-service|volume"
)
THING: Schema = {"type": "string", "pattern": f"^(?:(?:{NAMED}):.+|balancer|cluster|inventory|mke|swarm|this-machine)$"}
WAIVER = closed(
    condition=CONDITION,
    subject=TEXT_OR_NULL,
    code={"anyOf": [{"type": "null"}, REASON]},
    count={"type": ["integer", "null"], "minimum": 1},
    covers=listed({"enum": ["fail", "warn", "unknown"]}),
    reason=TEXT,
    ticket=TEXT_OR_NULL,
    until=DAY,
)

QUESTION: Schema = {"enum": ["ok-to-stop", "before-upgrade"]}
HEADER = closed(
    kind={"const": "header"},
    schema={"const": 2},
    cluster=TEXT,
    url={"type": "string", "pattern": "^https://"},
    demo=TEXT_OR_NULL,
    offline={"type": "boolean"},
    insecure={"type": "boolean"},
    started=TIME,
    product=closed(name={"enum": ["MSR", "DTR"]}, version=TEXT_OR_NULL),
    nodes=listed(TEXT),
    replicas=mapped(closed(node=TEXT_OR_NULL, address=TEXT, port={"type": "integer"})),
    versions=mapped(TEXT),
    images=mapped(TEXT),
    product_image=TEXT_OR_NULL,
    question={"anyOf": [{"type": "null"}, closed(name=QUESTION, of=TEXT, matrix={"anyOf": [{"type": "null"}, DAY]})]},
    require=listed(TEXT),
    fail_on=SEVERITY,
    deselected=listed(CONDITION),
    left_out=mapped(listed(TEXT)),
    waivers_expired=listed(WAIVER),
    waivers_expiring=listed(WAIVER),
    waivers_missed=listed(TEXT),
    waivers_exceeded=listed(TEXT),
    declared=listed(closed(what={"const": "lost"}, node=TEXT, by=TEXT, at=TIME)),
    catalogue=listed(
        closed(
            id=CONDITION,
            severity=SEVERITY,
            area={"type": "string", "pattern": "^[A-Z]+$"},
            title=TEXT,
            documented=TEXT,
            guide={"anyOf": [{"type": "null"}, {"type": "string", "pattern": "^https://[^#]+#.+$"}]},
            remedy=REMEDY,
            owns={"type": "boolean"},
            reasons=REASONS,
            question={"anyOf": [{"type": "null"}, QUESTION]},
        )
    ),
    areas={"type": "object", "patternProperties": {"^[A-Z]+$": TEXT}, "additionalProperties": False},
    unavailable=REASONS,
    version=TEXT_OR_NULL,
    options={"type": ["object", "null"]},
    begun={"anyOf": [{"type": "null"}, TIME]},
    machine=TEXT_OR_NULL,
)

VERDICT = closed(
    kind={"const": "verdict"},
    cluster=TEXT,
    condition=CONDITION,
    subject={"type": "string", "pattern": "^[A-Za-z0-9_.:-]+$"},
    verdict={"enum": ["PASS", "WARN", "FAIL", "UNKNOWN", "SKIPPED", "NOT_APPLICABLE", "WAIVED"]},
    severity=SEVERITY,
    message=TEXT,
    reason={"anyOf": [{"type": "null"}, REASON]},
    about=listed(THING),
    witnesses=listed(THING),
    measured={"enum": ["directly", "reported", "derived", None]},
    since={"anyOf": [{"type": "null"}, TIME]},
    because={
        "anyOf": [
            {"type": "null"},
            closed(subject=TEXT, condition=CONDITION, probe={"type": "null"}),
            closed(subject=TEXT, condition={"type": "null"}, probe={"type": "string", "pattern": "^[a-z_]+$"}),
        ]
    },
    seen={},
    expected={},
    documented=TEXT,
    remedy=REMEDY,
    started={"anyOf": [{"type": "null"}, TIME]},
    seconds={"type": ["number", "null"], "minimum": 0},
    attempts={"type": "integer", "minimum": 0},
    recovered_at={"anyOf": [{"type": "null"}, TIME]},
    waiver={
        "anyOf": [
            {"type": "null"},
            closed(reason=TEXT, ticket=TEXT_OR_NULL, until=DAY, covered={"enum": ["FAIL", "WARN", "UNKNOWN"]}),
        ]
    },
    test={"type": "string", "pattern": r"^checks/test_[a-z_]+\.py::test_[a-z0-9_]+(\[[A-Za-z0-9_.:-]+\])?$"},
)

END = closed(
    kind={"const": "end"},
    ended=TIME,
    exit_code={"enum": [0, 1, 2, 3, 5, 7]},
    counts=mapped({"type": "integer"}),
    answer=TEXT_OR_NULL,
)
