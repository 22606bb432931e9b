"""What changed between two versions of the opening hours, in words for the history."""

from collections import Counter
from collections.abc import Iterator

from clinic.hours.formatting import WEEKDAYS, format_dates_with_year, format_spans
from clinic.hours.schedule import DatedException, Season
from clinic.models import OpeningHours


def changes(old: OpeningHours, new: OpeningHours) -> list[str]:
    """One line for each difference, the week first; empty when visitors would see no difference."""
    week = [
        f"{WEEKDAYS[day]}: {format_spans(old.weekly[day])} → {format_spans(new.weekly[day])}"
        for day in range(7)
        if old.weekly[day] != new.weekly[day]
    ]
    before, after = Counter(_lines(old)), Counter(_lines(new))  # of two equal rows one may go
    removed = [f"Removed: {line}" for line in (before - after).elements()]
    added = [f"Added: {line}" for line in (after - before).elements()]
    return [*week, *removed, *added]


def _lines(hours: OpeningHours) -> Iterator[str]:
    for season in hours.seasons.all():
        days = "; ".join(f"{WEEKDAYS[day][:3]} {format_spans(spans)}" for day, spans in season.weekly.items())
        yield f"{season.name}, {_dates(season.as_season())}: {days}"
    for row in hours.special_hours.all():
        reason = f" ({row.reason})" if row.reason else ""
        yield f"{_dates(row.as_exception())}: {format_spans(row.spans)}{reason}"
    for row in hours.public_holidays.all():
        times = f", {format_spans(row.spans)}" if row.spans else ""
        yield f"{row.name}: {row.get_decision_display()}{times}"
    for row in hours.yearly_holidays.all():
        yield f"{row.name}, {row.get_month_display()}: {format_spans(row.spans)}"


def _dates(dated: Season | DatedException) -> str:
    return format_dates_with_year(dated.first, dated.last)
