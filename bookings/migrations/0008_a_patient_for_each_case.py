from django.db import migrations

BATCH = 1000


def add_patients(apps, schema_editor):
    """Every request so far gets a patient of its own: whether two are one person, only staff can say."""
    Case, Patient = apps.get_model("bookings", "Case"), apps.get_model("bookings", "Patient")
    while cases := list(Case.objects.filter(patient=None).order_by("pk")[:BATCH]):
        patients = Patient.objects.bulk_create(
            Patient(name=case.name, email=case.email.lower(), phone_e164=case.phone_e164, created_at=case.created_at)
            for case in cases
        )
        for case, patient in zip(cases, patients, strict=True):
            case.patient = patient
        Case.objects.bulk_update(cases, ["patient"], batch_size=200)


class Migration(migrations.Migration):

    dependencies = [("bookings", "0007_patients_and_quarantine")]

    operations = [migrations.RunPython(add_patients, migrations.RunPython.noop)]
