"""Managers invite colleagues, help them back in and see who signed in."""

from django.db import migrations

from ._grants import permissions

GRANTS = {"clinic.accountevent": ("view", "manage")}


def grant(apps, schema_editor):
    for group in apps.get_model("auth.Group").objects.filter(name="Managers"):
        group.permissions.add(*permissions(apps, GRANTS))


def revoke(apps, schema_editor):
    for group in apps.get_model("auth.Group").objects.filter(name="Managers"):
        group.permissions.remove(*permissions(apps, GRANTS))


class Migration(migrations.Migration):
    dependencies = [("clinic", "0005_staff_accounts")]

    operations = [migrations.RunPython(grant, revoke)]
