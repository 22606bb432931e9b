from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("clinic", "0005_move_opening_hours")]

    operations = [
        migrations.DeleteModel(name="HoursException"),
        migrations.DeleteModel(name="OpeningSpan"),
    ]
