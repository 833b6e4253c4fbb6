"""What harms are called in an impact: what somebody cannot do, or what threatens."""

from __future__ import annotations

from collections.abc import Mapping

from reports.diagnosis.finding import Harm

WORDS: Mapping[Harm, str] = {
    Harm.START_WORKLOADS: "start workloads whose image must be pulled",
    Harm.REACH: "reach the registry",
    Harm.SIGN_IN: "sign in",
    Harm.V2: "use /v2/",
    Harm.PULL: "pull",
    Harm.PULL_SIGNED: "pull signed images",
    Harm.PUSH: "push",
    Harm.DELETE: "delete images",
    Harm.SIGN: "sign images",
    Harm.JOBS: "rely on background jobs",
    Harm.WEB: "use the web UI and the API",
    Harm.AUDIT_LOG: "read audit logs",
}
"""What they cannot do, whoever it is."""
THREATS: Mapping[Harm, str] = {
    Harm.CUT_OFF: "users behind a load balancer that checks health are cut off",
    Harm.MISSING_IMAGES: "a pull fails at every replica but the one that took the push",
    Harm.UNHEALTHY_REPLICA: "{what} connections through the load balancer reach an unhealthy replica",
    Harm.DROPPED: "some connections are dropped",
    Harm.OTHER_NODES: "what needs another node may hang or fail",
    Harm.LOSE_PUSHES: "pushes that are accepted now may be lost",
    Harm.EXPOSED: "the registry is exposed to people without the right",
    Harm.SOME_JOBS: "{what}",
    Harm.TRUST_LOG: "the audit log of {what} cannot be trusted",
    Harm.EXPIRY: "users notice nothing until {what}",
    Harm.NEW_CONNECTIONS: "existing connections still work; once they end, nobody can sign in, pull or push",
    Harm.NEXT_FAILURE: "the next failure can be an outage",
    Harm.UNNOTICED: "users notice nothing yet",
}
"""What threatens; {what} is named by the cause."""
_ANY: Mapping[Harm, str] = {
    Harm.UNHEALTHY_REPLICA: "some",
    Harm.SOME_JOBS: "one kind of job fails",
    Harm.TRUST_LOG: "a repository",
    Harm.EXPIRY: "a date, then nobody gets in",
}
HARMS: Mapping[Harm, str] = {harm: f"nobody can {words}" for harm, words in WORDS.items()} | {
    harm: text.format(what=_ANY.get(harm, "")) for harm, text in THREATS.items()
}
"""Each in words, as if it hit everybody."""
WORKS: Mapping[Harm, str] = {
    Harm.SIGN_IN: "log-ins",
    Harm.PULL: "/v2/",
    Harm.WEB: "the API",
    Harm.PULL_SIGNED: "trust data",
    Harm.AUDIT_LOG: "audit logs",
}
"""What works where its test passed though a cause would let it fail."""
