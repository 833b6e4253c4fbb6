"""What people are told of the waivers of an inventory: the same sentences on the terminal and on the page."""

from __future__ import annotations

from datetime import date

from reports.plain import many, one_line
from reports.records import Header, ListedWaiver


def expires(header: Header, waiver: ListedWaiver) -> str:
    """When its last day comes, counted from the day of the run: `in 3 days`; `soon` where a file gives no such day."""
    try:
        days = (date.fromisoformat(waiver.until or "") - date.fromisoformat(header.started[:10])).days
    except ValueError:
        return "soon"
    return f"in {many(days, 'day')}" if days else "today"


def waived(waiver: ListedWaiver) -> str:
    """What it covers: condition, subject and reason code, as far as it names them."""
    return " ".join(filter(None, (waiver.condition, waiver.subject, waiver.code)))


def lines(header: Header) -> list[str]:
    """A line for each waiver that expired or soon will, that covered nothing, or that covers no more than its count."""
    told = [
        *(f"Waiver expired ({each.until}): {waived(each)}, {each.reason}" for each in header.waivers_expired),
        *(
            f"Waiver expires {expires(header, each)} ({each.until}): {waived(each)}, {each.reason}"
            for each in header.waivers_expiring
        ),
        *(f"Waiver exceeded: {each}" for each in header.waivers_exceeded),
        *(f"Waiver covered nothing in this run: {each}" for each in header.waivers_missed),
    ]
    return [one_line(line) for line in told]
