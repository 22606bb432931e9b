"""The first rules for words: what is true of every medical spa. The places of a clinic are its own."""

from django.db import migrations

RULES = [
    ("med spa, medspa, medi spa, medispa, beauty spa, beauty med spa, skin medical spa, skin spa", "alias", "medical spa"),
    ("vs, versus, compared to", "alias", "difference between"),
    ("lazer", "alias", "laser"),
    ("best, top, good, great, affordable, cheap, professional, treatment, therapy, service, procedure", "ignored", ""),
]


def add_rules(apps, schema_editor):
    WordRule = apps.get_model("clinic.WordRule")
    for words, kind, means in RULES:
        WordRule.objects.create(words=words, kind=kind, means=means)


class Migration(migrations.Migration):

    dependencies = [("clinic", "0003_roles")]
    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
