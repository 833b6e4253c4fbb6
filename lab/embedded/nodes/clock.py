"""Times as an engine writes them."""

from datetime import UTC, datetime, timedelta

_UNITS = ((60, 1, "second"), (3600, 60, "minute"), (86_400, 3600, "hour"), (14 * 86_400, 86_400, "day"))
"""Below so many seconds it counts in units of so many seconds."""

NEVER = "0001-01-01T00:00:00Z"


def nano(moment: datetime) -> str:
    """RFC 3339 with nine digits, as Go prints it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "123Z"


def roughly(span: timedelta) -> str:
    """As `docker ps` says it: 6 days, 4 minutes, Less than a second."""
    seconds = int(span.total_seconds())
    if seconds < 1:
        return "Less than a second"
    for limit, unit, name in _UNITS:
        if seconds < limit:
            count = seconds // unit
            return f"{count} {name}s" if count != 1 else f"{'About a' if unit > 1 else '1'} {name}"
    return f"{seconds // (7 * 86400)} weeks"
