"""One room to begin with, and managers who look after the rooms."""

from django.db import migrations

from clinic.migrations._grants import permissions

GRANTS = {"bookings.lane": ("view", "add", "change", "delete")}


def make_first_lane(apps, schema_editor):
    Lane = apps.get_model("bookings.Lane")
    if not Lane.objects.exists():
        Lane.objects.create(name="Consultation room")


def give_permissions(apps, schema_editor):
    for group in apps.get_model("auth.Group").objects.filter(name="Managers"):
        group.permissions.add(*permissions(apps, GRANTS))


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_appointments"), ("clinic", "0003_roles")]

    operations = [
        migrations.RunPython(make_first_lane, migrations.RunPython.noop),
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
    ]
