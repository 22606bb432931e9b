"""Carries the hours from the profile into their own tables, and lets editors and managers change them."""

from django.db import migrations

from clinic.hours.schedule import Span

from ._grants import permissions

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ROLES = ("Editors", "Managers")
GRANTS = {"clinic.openinghours": ("add", "change"), "clinic.announcement": ("add", "change", "delete")}


def move_hours(apps, schema_editor):
    OpeningHours = apps.get_model("clinic.OpeningHours")
    SpecialHours = apps.get_model("clinic.SpecialHours")
    for profile in apps.get_model("clinic.ClinicProfile").objects.all():
        spans, exceptions = profile.opening_spans.all(), profile.hours_exceptions.all()
        if not spans and not exceptions:
            continue
        week = {}
        for span in spans:
            week.setdefault(WEEKDAYS[span.weekday], []).append(Span(span.opens, span.closes))
        hours = OpeningHours.objects.create(site_id=profile.site_id, **{day: tuple(found) for day, found in week.items()})
        for row in exceptions:
            times = () if row.opens is None else (Span(row.opens, row.closes),)
            SpecialHours.objects.create(
                opening_hours=hours, first_day=row.first_day, last_day=row.last_day, spans=times, reason=row.reason
            )


def move_hours_back(apps, schema_editor):
    """Seasons, holidays and second spans of a special day have no place there; the rest goes back."""
    profiles = apps.get_model("clinic.ClinicProfile").objects
    OpeningSpan, HoursException = apps.get_model("clinic.OpeningSpan"), apps.get_model("clinic.HoursException")
    for hours in apps.get_model("clinic.OpeningHours").objects.all():
        profile, _created = profiles.get_or_create(site_id=hours.site_id)
        for weekday, name in enumerate(WEEKDAYS):
            for span in getattr(hours, name):
                OpeningSpan.objects.create(profile=profile, weekday=weekday, opens=span.opens, closes=span.closes)
        for row in hours.special_hours.all():
            span = row.spans[0] if row.spans else Span(None, None)
            HoursException.objects.create(
                profile=profile,
                first_day=row.first_day,
                last_day=row.last_day,
                opens=span.opens,
                closes=span.closes,
                reason=row.reason,
            )


def give_permissions(apps, schema_editor):
    for group in apps.get_model("auth.Group").objects.filter(name__in=ROLES):
        group.permissions.add(*permissions(apps, GRANTS))


def take_permissions(apps, schema_editor):
    codenames = [f"{action}_{label.partition('.')[2]}" for label, actions in GRANTS.items() for action in actions]
    ours = apps.get_model("auth.Permission").objects.filter(
        content_type__app_label="clinic", codename__in=codenames
    )
    for group in apps.get_model("auth.Group").objects.filter(name__in=ROLES):
        group.permissions.remove(*ours)


class Migration(migrations.Migration):
    dependencies = [("clinic", "0004_opening_hours")]

    operations = [
        migrations.RunPython(move_hours, move_hours_back),
        migrations.RunPython(give_permissions, take_permissions),
    ]
