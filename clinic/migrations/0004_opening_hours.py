import clinic.hours.fields
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
                'default_permissions': ('add', 'change'),
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
                ('month', models.PositiveSmallIntegerField(choices=[(1, 'January'), (2, 'February'), (3, 'March'), (4, 'April'), (5, 'May'), (6, 'June'), (7, 'July'), (8, 'August'), (9, 'September'), (10, 'October'), (11, 'November'), (12, 'December')], verbose_name='month')),
                ('day', models.PositiveSmallIntegerField(blank=True, choices=[(1, '1'), (2, '2'), (3, '3'), (4, '4'), (5, '5'), (6, '6'), (7, '7'), (8, '8'), (9, '9'), (10, '10'), (11, '11'), (12, '12'), (13, '13'), (14, '14'), (15, '15'), (16, '16'), (17, '17'), (18, '18'), (19, '19'), (20, '20'), (21, '21'), (22, '22'), (23, '23'), (24, '24'), (25, '25'), (26, '26'), (27, '27'), (28, '28'), (29, '29'), (30, '30'), (31, '31')], null=True, verbose_name='day of the month')),
                ('nth', models.SmallIntegerField(blank=True, choices=[(1, '1st'), (2, '2nd'), (3, '3rd'), (4, '4th'), (5, '5th'), (-1, 'last')], null=True, verbose_name='or: which one')),
                ('weekday', models.PositiveSmallIntegerField(blank=True, choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], null=True, verbose_name='of these weekdays')),
                ('shift', models.SmallIntegerField(choices=[(-1, 'The day before'), (0, 'On that day'), (1, 'The day after')], default=0, verbose_name='when')),
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
        migrations.AddConstraint(
            model_name='yearlyholiday',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('day__isnull', False), ('nth__isnull', True), ('weekday__isnull', True)), models.Q(('day__isnull', True), ('nth__isnull', False), ('weekday__isnull', False)), _connector='OR'), name='clinic_yearly_day_is_one_day', violation_error_message='Choose a day of the month, or which weekday of the month, like the 4th Thursday: not both.'),
        ),
    ]
