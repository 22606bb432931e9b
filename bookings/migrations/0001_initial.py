import bookings.models.cases
import clinic.hours.models.fields
import datetime
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
import wagtail.fields
from django.conf import settings
from django.db import migrations, models


def add_first_rows(apps, schema_editor):
    """Add a room and the free consultation, so that patients can book."""
    apps.get_model("bookings.Resource").objects.create(name="Consultation room")
    apps.get_model("bookings.VisitType").objects.create(name="Free consultation")


def sample_more_words(apps, schema_editor):
    """Let PostgreSQL know how many cases have a name. With fewer samples it takes the rare way for all of them."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE bookings_searchword ALTER COLUMN word SET STATISTICS 1000")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('treatments', '0001_initial'),
        ('wagtailcore', '0098_apitoken'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('state', models.CharField(choices=[('held', 'Held'), ('booked', 'Booked'), ('checked_in', 'Checked in'), ('consulted', 'Consulted'), ('treated', 'Treated'), ('no_show', 'Did not come'), ('canceled', 'Canceled'), ('expired', 'Expired')], default='held', max_length=10, verbose_name='state')),
                ('held_until', models.DateTimeField(blank=True, null=True, verbose_name='held until')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('sequence', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'verbose_name': 'appointment',
                'ordering': ['starts_at', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Resource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('monday', clinic.hours.models.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Monday')),
                ('tuesday', clinic.hours.models.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Tuesday')),
                ('wednesday', clinic.hours.models.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Wednesday')),
                ('thursday', clinic.hours.models.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Thursday')),
                ('friday', clinic.hours.models.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Friday')),
                ('saturday', clinic.hours.models.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Saturday')),
                ('sunday', clinic.hours.models.fields.SpansField(blank=True, default=(), max_length=100, verbose_name='Sunday')),
                ('kind', models.CharField(choices=[('room', 'Room'), ('practitioner', 'Practitioner')], default='room', max_length=12, verbose_name='kind')),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, help_text='When it is off, no new times are offered in it.', verbose_name='takes visits')),
                ('sort_order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('has_own_hours', models.BooleanField(default=False, help_text='For a practitioner who is not there whenever the clinic is open. Write the hours below.', verbose_name='has their own hours')),
            ],
            options={
                'verbose_name': 'room or practitioner',
                'verbose_name_plural': 'rooms and practitioners',
                'ordering': ['sort_order', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='BlockedTimeRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_day', models.DateField(verbose_name='first day')),
                ('weekdays', models.JSONField(default=list, verbose_name='on')),
                ('nth', models.SmallIntegerField(blank=True, choices=[(1, '1st'), (2, '2nd'), (3, '3rd'), (4, '4th'), (5, '5th'), (-1, 'last')], null=True, verbose_name='which of them')),
                ('starts', models.TimeField(verbose_name='from')),
                ('ends', models.TimeField(verbose_name='until')),
                ('last_day', models.DateField(blank=True, help_text='Leave it blank if it goes on until further notice.', null=True, verbose_name='last day')),
                ('reason', models.CharField(blank=True, help_text='Only staff can see it.', max_length=120, verbose_name='reason')),
                ('made_until', models.DateField(editable=False, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resources', models.ManyToManyField(related_name='blocked_time_rules', to='bookings.resource', verbose_name='where')),
            ],
            options={
                'verbose_name': 'repeated blocked time',
                'ordering': ['starts', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(default=bookings.models.cases.new_reference, max_length=8, unique=True, verbose_name='reference')),
                ('kind', models.CharField(choices=[('consultation', 'Consultation'), ('repeat', 'Repeat visit'), ('complaint', 'Something feels wrong')], default='consultation', max_length=12, verbose_name='kind')),
                ('severity', models.CharField(blank=True, choices=[('call_now', 'Call now'), ('clinical', 'Clinical'), ('service', 'Service')], default='', max_length=8, verbose_name='severity')),
                ('not_before', models.DateField(blank=True, null=True, verbose_name='not before')),
                ('source', models.CharField(choices=[('website', 'Website'), ('phone', 'Phone call'), ('door', 'At the door'), ('email', 'Email'), ('desk', 'Made by the desk')], default='website', max_length=8, verbose_name='source')),
                ('status', models.CharField(choices=[('quarantined', 'In quarantine'), ('new', 'New'), ('contacting', 'Contacting'), ('in_care', 'In care'), ('closed', 'Closed')], default='new', max_length=12, verbose_name='status')),
                ('outcome', models.CharField(blank=True, choices=[('completed', 'Treatment completed'), ('declined', 'Patient decided against it'), ('not_suitable', 'Not suitable'), ('unreachable', 'Could not be reached'), ('no_show', 'Did not come'), ('duplicate', 'Sent twice'), ('not_a_request', 'Not a request'), ('resolved', 'Complaint resolved')], default='', max_length=16, verbose_name='outcome')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email')),
                ('phone', models.CharField(blank=True, help_text='As the patient typed it.', max_length=40, verbose_name='phone')),
                ('phone_e164', models.CharField(blank=True, max_length=16, verbose_name='phone, international')),
                ('phone_is_wrong', models.BooleanField(default=False, editable=False, verbose_name='phone is wrong')),
                ('contact_by', models.CharField(blank=True, choices=[('phone', 'Phone call'), ('text', 'Text message'), ('email', 'Email')], max_length=8, verbose_name='contact by')),
                ('contact_time', models.CharField(choices=[('any', 'Any time'), ('morning', 'Morning'), ('midday', 'Around noon'), ('afternoon', 'Afternoon')], default='any', max_length=12, verbose_name='best time')),
                ('requested_start', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='requested time')),
                ('on_waitlist', models.BooleanField(default=False, verbose_name='on the waitlist')),
                ('message', models.TextField(blank=True, max_length=4000, verbose_name="in the patient's own words")),
                ('submission_key', models.UUIDField(editable=False, unique=True)),
                ('fingerprint', models.CharField(db_index=True, editable=False, max_length=64)),
                ('network', models.CharField(blank=True, editable=False, max_length=64)),
                ('link_opened_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('link_version', models.PositiveIntegerField(default=1, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='received')),
                ('closed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='closed')),
                ('about', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='complaints', to='bookings.appointment')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='owned_cases', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('previous', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='following', to='bookings.case', verbose_name='previous case')),
            ],
            options={
                'verbose_name': 'case',
                'verbose_name_plural': 'cases',
                'ordering': ['-created_at', '-pk'],
                'permissions': [('export_case', 'Can export cases'), ('note_case', 'Can write notes'), ('treat_case', 'Can record what became of a visit'), ('sign_off_case', 'Can sign off clinical complaints'), ('override_case', 'Can book a repeat early')],
                'default_permissions': ('view', 'change'),
            },
        ),
        migrations.AddField(
            model_name='appointment',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appointments', to='bookings.case'),
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wording', models.TextField(verbose_name='wording')),
                ('is_spoken', models.BooleanField(default=False, verbose_name='spoken')),
                ('given_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='given')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='bookings.case')),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'consent',
                'ordering': ['given_at', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ConsultationSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading', models.CharField(default='Ask for a free consultation', max_length=120, verbose_name='heading')),
                ('introduction', models.TextField(default='Tell us what you have in mind and how to reach you. We listen, explain every option with its benefits and drawbacks, and you decide.', max_length=500, verbose_name='introduction')),
                ('reply_promise', models.CharField(default='We answer within one business day.', help_text='Shown next to the form, on the receipt and in the email. Promise only what the desk can keep.', max_length=160, verbose_name='when you answer')),
                ('next_steps', wagtail.fields.RichTextField(default='<ol><li>Someone on our team reads your request.</li><li>We will contact you the way you chose, to confirm your time or to find one together.</li><li>At the clinic we take as much time as your questions need. It costs nothing.</li></ol>', verbose_name='what happens next')),
                ('consent_wording', models.TextField(default='I agree that the clinic may use what I have written here to contact me about my request. It is kept in my chart at the clinic and not passed on to anyone else. I can withdraw my consent at any time.', help_text='Each request keeps the exact words the patient agreed to. A change affects new requests only.', max_length=1000, verbose_name='consent wording')),
                ('spoken_wording', models.TextField(default='May we write down what you tell us, and use it to contact you about your visit? It is kept in your chart at the clinic and not passed on to anyone else. You can withdraw your consent at any time.', help_text='The desk reads it to patients who call or come in. Each request keeps the exact words.', max_length=1000, verbose_name='spoken consent')),
                ('desk_email', models.EmailField(blank=True, help_text="Where a message about each new request goes. Leave it blank to use the clinic's email.", max_length=254, verbose_name="desk's email")),
                ('grid_minutes', models.PositiveSmallIntegerField(choices=[(15, 'quarter of an hour'), (30, 'half hour'), (60, 'hour')], default=15, help_text='Counted from the hour.', verbose_name='times start every')),
                ('notice_minutes', models.PositiveSmallIntegerField(default=240, help_text='In minutes while the clinic is open. Patients cannot book a time sooner than that.', validators=[django.core.validators.MaxValueValidator(10000)], verbose_name='shortest notice')),
                ('horizon_days', models.PositiveSmallIntegerField(default=60, help_text='In days.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)], verbose_name='how far ahead')),
                ('hold_minutes', models.PositiveSmallIntegerField(default=240, help_text='In minutes while the clinic is open. If the desk does not answer by then, the time is freed.', validators=[django.core.validators.MinValueValidator(15), django.core.validators.MaxValueValidator(10000)], verbose_name='a request holds its time for')),
                ('call_now_minutes', models.PositiveSmallIntegerField(default=30, help_text='In minutes, day and night. Words like “breathe” or “cannot see” make a complaint one of these.', validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(10000)], verbose_name='a patient who may be in danger')),
                ('clinical_minutes', models.PositiveSmallIntegerField(default=240, help_text='In minutes, day and night.', validators=[django.core.validators.MinValueValidator(15), django.core.validators.MaxValueValidator(10000)], verbose_name='any other medical complaint')),
                ('service_minutes', models.PositiveSmallIntegerField(default=1440, help_text='In minutes, day and night.', validators=[django.core.validators.MinValueValidator(15), django.core.validators.MaxValueValidator(10000)], verbose_name='a complaint about the service')),
                ('physician_email', models.EmailField(blank=True, help_text='A complaint that nobody answers in time is reported here and to the managers.', max_length=254, verbose_name="physician's email")),
                ('closed_day_email', models.BooleanField(default=False, help_text='The desk asks every patient on the next business day. With this, the site writes the day before.', verbose_name='email patients on a closed day after their treatment')),
                ('retention_months', models.PositiveSmallIntegerField(default=36, help_text='In months after a case is closed. Nothing is deleted automatically.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(600)], verbose_name='requests are kept for')),
                ('change_until_hours', models.PositiveSmallIntegerField(default=24, help_text='In hours before the visit. After that, they have to call.', validators=[django.core.validators.MaxValueValidator(720)], verbose_name='patients may change until')),
                ('latest_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='latest revision')),
                ('site', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, to='wagtailcore.site')),
            ],
            options={
                'verbose_name': 'consultation form',
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('received', 'Request received'), ('amended', 'Patient sent the form again with changes'), ('stage', 'Status changed'), ('note', 'Note'), ('answered', 'Patient answered'), ('called', 'Patient not reached'), ('checked_on', 'Asked how the patient is'), ('repeat_opened', 'Repeat visit opened'), ('repeat_declined', 'Repeat visit declined'), ('snoozed', 'Put off'), ('escalated', 'Complaint escalated'), ('severity', 'Severity changed'), ('corrected', 'Contact details corrected'), ('seen', "Patient's change seen"), ('consent_withdrawn', 'Consent withdrawn'), ('assigned', 'Owner changed'), ('linked', 'Linked with another patient'), ('unlinked', 'Link with another patient undone'), ('links_revoked', 'Links in earlier emails revoked'), ('complaint', 'Patient says that something feels wrong'), ('held', 'Time held'), ('not_held', 'Time could not be held'), ('booked', 'Visit booked'), ('moved', 'Visit moved'), ('canceled', 'Visit canceled'), ('expired', 'Held time expired'), ('waitlist_joined', 'Patient joined the waitlist'), ('waitlist_left', 'Patient left the waitlist'), ('message_sent', 'Message sent'), ('message_failed', 'Message could not be sent'), ('message_limited', 'Message not sent: too many to this address'), ('message_retried', 'Message queued again')], max_length=20, verbose_name='what')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='when')),
                ('actor_name', models.CharField(blank=True, help_text='Blank for the patient and the site.', max_length=150, verbose_name='who')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('data', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='data')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='bookings.case')),
            ],
            options={
                'verbose_name': 'event',
                'ordering': ['at', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('email', 'Email'), ('sms', 'Text message')], default='email', max_length=8, verbose_name='channel')),
                ('direction', models.CharField(choices=[('out', 'Sent by the clinic'), ('in', 'Received')], default='out', max_length=3, verbose_name='direction')),
                ('kind', models.CharField(choices=[('receipt', 'Receipt to the patient'), ('desk_notice', 'Message to the desk'), ('desk_moved', 'Message to the desk: patient chose another time'), ('desk_canceled', 'Message to the desk: patient canceled'), ('complaint', 'Message about a complaint'), ('complaint_receipt', 'Receipt of a complaint'), ('held', 'Time held'), ('booked', 'Visit booked'), ('moved', 'Visit moved'), ('canceled', 'Visit canceled'), ('expired', 'Held time expired'), ('waitlist_offer', 'Earlier time is free'), ('reminder', 'Reminder of the visit'), ('day_after', 'Question on the day after'), ('unreachable', 'We could not reach you'), ('escalation', 'Complaint that nobody has answered')], max_length=20, verbose_name='kind')),
                ('state', models.CharField(choices=[('queued', 'Waiting to be sent'), ('sending', 'Being sent'), ('sent', 'Sent'), ('failed', 'Not sent'), ('dropped', 'No longer needed'), ('limited', 'Not sent: too many emails to this address')], default='queued', max_length=8, verbose_name='state')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='tells of')),
                ('recipient', models.EmailField(max_length=254, verbose_name='to')),
                ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('html', models.TextField(blank=True, verbose_name='HTML')),
                ('calendar', models.TextField(blank=True, verbose_name='calendar file')),
                ('is_needed', models.BooleanField(default=False, editable=False)),
                ('dedupe_key', models.CharField(editable=False, max_length=120, unique=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='due')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('last_error', models.CharField(blank=True, max_length=120, verbose_name='last error')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('appointment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='messages', to='bookings.appointment')),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='bookings.case')),
            ],
            options={
                'verbose_name': 'message',
                'ordering': ['created_at', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Patient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email')),
                ('phone_e164', models.CharField(blank=True, max_length=16, verbose_name='phone, international')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'verbose_name': 'patient',
                'verbose_name_plural': 'patients',
                'default_permissions': (),
                'indexes': [models.Index(fields=['email'], name='bookings_patient_email'), models.Index(fields=['phone_e164'], name='bookings_patient_phone')],
            },
        ),
        migrations.AddField(
            model_name='case',
            name='patient',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases', to='bookings.patient', verbose_name='patient'),
        ),
        migrations.CreateModel(
            name='PatientLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('linked_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='linked')),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bookings.patient')),
                ('linked_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bookings.patient')),
            ],
            options={
                'verbose_name': 'link between patients',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='BlockedTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('reason', models.CharField(blank=True, help_text='Only staff can see it.', max_length=120, verbose_name='reason')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='blocked_times', to='bookings.blockedtimerule')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blocked_times', to='bookings.resource', verbose_name='where')),
            ],
            options={
                'verbose_name': 'blocked time',
                'ordering': ['starts_at', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='name of the view')),
                ('querystring', models.CharField(blank=True, editable=False, max_length=500)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'saved view',
                'ordering': ['name', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=40)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='search_words', to='bookings.case')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('appointment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='bookings.appointment')),
                ('blocked_time', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='bookings.blockedtime')),
                ('resource', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='bookings.resource')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('complaint', 'Answer a complaint'), ('sign_off', 'Sign off a complaint'), ('review', 'Review a request in quarantine'), ('answer', 'Answer a request'), ('record_visit', 'Record what became of a visit'), ('call', 'Call the patient'), ('day_after', 'Ask how the patient is'), ('no_show', 'Ask why the patient did not come'), ('change_seen', 'See what the patient changed'), ('repeat', 'Offer the repeat visit'), ('next_step', 'Decide what comes next')], max_length=12, verbose_name='kind')),
                ('counts_from', models.DateTimeField(verbose_name='counts from')),
                ('opens_at', models.DateTimeField(verbose_name='opens')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('snoozed_until', models.DateTimeField(blank=True, null=True, verbose_name='snoozed until')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('not_before', models.DateField(blank=True, null=True, verbose_name='not before')),
                ('escalated_at', models.DateTimeField(blank=True, null=True, verbose_name='escalated')),
                ('result', models.CharField(blank=True, choices=[('done', 'Done'), ('no_answer', 'Not reached'), ('declined', 'Declined'), ('moot', 'No longer needed')], default='', max_length=12, verbose_name='result')),
                ('appointment', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='bookings.appointment')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='bookings.case')),
                ('closing_event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='closed_tasks', to='bookings.event')),
                ('opening_event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opened_tasks', to='bookings.event')),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
                'ordering': ['due_at', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='VisitType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                ('minutes', models.PositiveSmallIntegerField(default=30, help_text='In minutes.', validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(480)], verbose_name='length')),
                ('pause_minutes', models.PositiveSmallIntegerField(default=0, help_text='In minutes.', validators=[django.core.validators.MaxValueValidator(240)], verbose_name='break after it')),
                ('needs_room', models.BooleanField(default=True, verbose_name='needs a room')),
                ('needs_practitioner', models.BooleanField(default=False, verbose_name='needs a practitioner')),
                ('is_treatment', models.BooleanField(default=False, help_text='The desk asks every patient on the next business day after a treatment how they are.', verbose_name='is a treatment')),
                ('repeat_after_days', models.PositiveSmallIntegerField(blank=True, help_text='In days. The desk offers the repeat two weeks before. Leave it blank if there is none.', null=True, validators=[django.core.validators.MinValueValidator(14), django.core.validators.MaxValueValidator(1100)], verbose_name='repeat after')),
                ('is_active', models.BooleanField(default=True, verbose_name='can be booked')),
                ('sort_order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('performed_by', models.ManyToManyField(blank=True, help_text='Only these practitioners are booked for it.', limit_choices_to={'kind': 'practitioner'}, related_name='performs', to='bookings.resource', verbose_name='performed by')),
            ],
            options={
                'verbose_name': 'type of visit',
                'verbose_name_plural': 'types of visit',
                'ordering': ['sort_order', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='appointment',
            name='treatment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings.visittype', verbose_name='treatment'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='visit_type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='bookings.visittype', verbose_name='type of visit'),
        ),
        migrations.CreateModel(
            name='CaseTreatment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=255, verbose_name='treatment')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='treatments', to='bookings.case')),
                ('page', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='treatments.treatmentpage')),
            ],
            options={
                'verbose_name': 'treatment of interest',
                'verbose_name_plural': 'treatments of interest',
                'ordering': ['pk'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['page', 'case'], name='bookings_treatment_case')],
            },
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['case', 'at'], name='bookings_event_timeline'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['state', 'due_at'], name='bookings_message_due'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('sent_at__isnull', True)), fields=['state', 'created_at'], name='bookings_unsent'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['-created_at', '-id'], name='bookings_newest_case'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['name', '-created_at', '-id'], name='bookings_case_name'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['status', '-created_at', '-id'], name='bookings_case_status'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email', ''), _negated=True), models.Q(('phone', ''), _negated=True), _connector='OR'), name='bookings_case_can_be_reached'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'closed'), models.Q(('outcome', ''), _negated=True)), models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at__isnull', True), ('outcome', '')), _connector='OR'), name='bookings_case_closed_with_outcome'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'complaint'), models.Q(('severity', ''), _negated=True)), models.Q(models.Q(('kind', 'complaint'), _negated=True), ('severity', '')), _connector='OR'), name='bookings_complaint_has_a_severity'),
        ),
        migrations.AddConstraint(
            model_name='patientlink',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='bookings_one_link_a_pair'),
        ),
        migrations.AddConstraint(
            model_name='patientlink',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='bookings_link_has_lower_key_first'),
        ),
        migrations.AddConstraint(
            model_name='blockedtimerule',
            constraint=models.CheckConstraint(condition=models.Q(('last_day__isnull', True), ('last_day__gte', models.F('first_day')), _connector='OR'), name='bookings_rule_ends_after_it_starts', violation_error_message='The last day is before the first.'),
        ),
        migrations.AddConstraint(
            model_name='blockedtimerule',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('starts')), ('ends', datetime.time(0, 0)), _connector='OR'), name='bookings_rule_blocks_some_time', violation_error_message='It ends before it starts.'),
        ),
        migrations.AddConstraint(
            model_name='blockedtime',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='bookings_blocked_time_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='blockedtime',
            constraint=models.UniqueConstraint(fields=('rule', 'resource', 'starts_at'), name='bookings_rule_blocks_a_time_once'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('user', 'name'), name='bookings_one_view_a_name'),
        ),
        migrations.AddIndex(
            model_name='searchword',
            index=models.Index(fields=['word', 'case'], name='bookings_search_word', opclasses=['varchar_pattern_ops', 'int8_ops']),
        ),
        migrations.AddConstraint(
            model_name='searchword',
            constraint=models.UniqueConstraint(fields=('case', 'word'), name='bookings_one_row_a_word'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.UniqueConstraint(fields=('resource', 'at'), name='bookings_one_slot_a_quarter_hour'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('appointment__isnull', False), ('blocked_time__isnull', True)), models.Q(('appointment__isnull', True), ('blocked_time__isnull', False)), _connector='OR'), name='bookings_slot_has_one_owner'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('closing_event__isnull', True)), fields=['opens_at'], name='bookings_open_task'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(condition=models.Q(('appointment__isnull', True), ('closing_event__isnull', True)), fields=('case', 'kind'), name='bookings_one_open_task_of_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(fields=('appointment', 'kind'), name='bookings_one_task_a_visit'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('appointment__isnull', False), ('kind__in', ('record_visit', 'no_show', 'day_after', 'repeat'))), models.Q(('appointment__isnull', True), models.Q(('kind__in', ('record_visit', 'no_show', 'day_after', 'repeat')), _negated=True)), _connector='OR'), name='bookings_task_names_its_visit'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('due_at__gte', models.F('opens_at'))), name='bookings_task_due_after_opening'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closing_event__isnull', True), ('result', '')), models.Q(('closing_event__isnull', False), models.Q(('result', ''), _negated=True)), _connector='OR'), name='bookings_closed_task_has_a_result'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'repeat'), ('not_before__isnull', False)), models.Q(models.Q(('kind', 'repeat'), _negated=True), ('not_before__isnull', True)), _connector='OR'), name='bookings_repeat_has_a_date'),
        ),
        migrations.AddConstraint(
            model_name='visittype',
            constraint=models.CheckConstraint(condition=models.Q(('needs_room', True), ('needs_practitioner', True), _connector='OR'), name='bookings_visit_type_needs_something', violation_error_message='A visit needs a room, a practitioner, or both.'),
        ),
        migrations.AddConstraint(
            model_name='visittype',
            constraint=models.CheckConstraint(condition=models.Q(('is_treatment', True), ('repeat_after_days__isnull', True), _connector='OR'), name='bookings_only_treatments_repeat', violation_error_message='Only a treatment is repeated.'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['state', 'starts_at'], name='bookings_appointment_day'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='bookings_appointment_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['held', 'booked'])), fields=('case',), name='bookings_one_live_appointment'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('held_until__isnull', False), ('state', 'held')), models.Q(models.Q(('state', 'held'), _negated=True), ('held_until__isnull', True)), _connector='OR'), name='bookings_held_has_an_end'),
        ),
        migrations.RunPython(add_first_rows, migrations.RunPython.noop),
        migrations.RunPython(sample_more_words, migrations.RunPython.noop),
    ]
