import clinic.hours.fields
import clinic.hours.models
import django.db.models.deletion
import modelcluster.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0003_roles'),
        ('wagtailcore', '0098_apitoken'),
        migrations.swappable_dependency(settings.WAGTAIL_PAGE_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='clinicprofile',
            options={'verbose_name': 'clinic profile'},
        ),
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(help_text='One sentence. Say the date, not “tomorrow”.', max_length=160, verbose_name='text')),
                ('starts_at', models.DateTimeField(verbose_name='shown from')),
                ('ends_at', models.DateTimeField(verbose_name='shown until')),
                ('link_page', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.WAGTAIL_PAGE_MODEL, verbose_name='page to read more')),
            ],
            options={
                'verbose_name': 'announcement',
                'verbose_name_plural': 'announcements',
                'ordering': ['-starts_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='OpeningHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('monday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Monday')),
                ('tuesday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Tuesday')),
                ('wednesday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Wednesday')),
                ('thursday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Thursday')),
                ('friday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Friday')),
                ('saturday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Saturday')),
                ('sunday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Sunday')),
                ('latest_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='latest revision')),
                ('site', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='opening_hours', to='wagtailcore.site')),
            ],
            options={
                'verbose_name': 'opening hours',
                'verbose_name_plural': 'opening hours',
                'default_permissions': ('change',),
            },
        ),
        migrations.CreateModel(
            name='PublicHoliday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('decision', models.CharField(choices=[('closed', 'Closed'), ('usual', 'Open as usual'), ('hours', 'Other hours')], max_length=6, verbose_name='what happens')),
                ('spans', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='hours')),
                ('opening_hours', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='public_holidays', to='clinic.openinghours')),
            ],
            options={
                'verbose_name': 'public holiday',
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SeasonalHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('monday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Monday')),
                ('tuesday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Tuesday')),
                ('wednesday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Wednesday')),
                ('thursday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Thursday')),
                ('friday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Friday')),
                ('saturday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Saturday')),
                ('sunday', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Sunday')),
                ('name', models.CharField(help_text='Visitors read it: “Summer hours”.', max_length=60, verbose_name='name')),
                ('first_day', models.DateField(verbose_name='first day')),
                ('last_day', models.DateField(blank=True, help_text='Empty when the new hours are there to stay.', null=True, verbose_name='last day')),
                ('opening_hours', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='seasons', to='clinic.openinghours')),
            ],
            options={
                'verbose_name': 'seasonal hours',
                'verbose_name_plural': 'seasonal hours',
                'ordering': ['first_day', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SpecialHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_day', models.DateField(verbose_name='first day')),
                ('last_day', models.DateField(blank=True, help_text='Empty for a single day.', null=True, verbose_name='last day')),
                ('spans', clinic.hours.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='hours')),
                ('reason', models.CharField(blank=True, help_text='Visitors read it.', max_length=120, verbose_name='reason')),
                ('opening_hours', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='special_hours', to='clinic.openinghours')),
            ],
            options={
                'verbose_name': 'special hours',
                'verbose_name_plural': 'special hours',
                'ordering': ['first_day', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='YearlyHoliday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Visitors read it.', max_length=120, verbose_name='name')),
                ('rule', models.CharField(help_text='For example “4th Thursday in November” or “25 December”.', max_length=100, validators=[clinic.hours.models.validate_rule], verbose_name='day')),
                ('spans', clinic.hours.fields.SpansField(blank=True, default=(), help_text='On days that are open anyway; a closed day stays closed.', max_length=100, verbose_name='hours')),
                ('opening_hours', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='yearly_holidays', to='clinic.openinghours')),
            ],
            options={
                'verbose_name': 'yearly day',
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='clinic_announcement_ends_after_it_starts', violation_error_message='It ends before it starts.'),
        ),
        migrations.AddConstraint(
            model_name='publicholiday',
            constraint=models.UniqueConstraint(fields=('opening_hours', 'name'), name='clinic_public_holiday_decided_once', violation_error_message='There is a decision about this holiday already.'),
        ),
        migrations.AddConstraint(
            model_name='seasonalhours',
            constraint=models.CheckConstraint(condition=models.Q(('last_day__isnull', True), ('last_day__gte', models.F('first_day')), _connector='OR'), name='clinic_season_ends_after_it_starts', violation_error_message='The last day lies before the first.'),
        ),
        migrations.AddConstraint(
            model_name='specialhours',
            constraint=models.CheckConstraint(condition=models.Q(('last_day__isnull', True), ('last_day__gte', models.F('first_day')), _connector='OR'), name='clinic_special_hours_end_after_start', violation_error_message='The last day lies before the first.'),
        ),
    ]
