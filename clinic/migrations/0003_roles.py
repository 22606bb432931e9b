"""The four roles of the clinic, as groups. Who may do what is the data at the top; the rest carries it out.

Wagtail's own migrations made Editors and Moderators, gave both the admin, the images and the documents, and let
both write pages. Moderators become Managers, so that Wagtail's approval step stays theirs. Nobody but a superuser
edits users: whoever may do that may make themselves anything else. Managers invite them by a form of our own.
"""

from django.db import migrations

from ._grants import permissions

EVERYTHING = ("add", "change", "delete")

CONTENT = {
    "clinic.keyword": EVERYTHING,
    "clinic.keywordgroup": EVERYTHING,
    "clinic.wordrule": EVERYTHING,
    "clinic.synonym": EVERYTHING,
    "clinic.person": EVERYTHING,
    "clinic.testimonial": EVERYTHING,
    "clinic.whychooseus": EVERYTHING,
    "blog.blogcategory": EVERYTHING,
    "treatments.areaofconcern": EVERYTHING,
    "wagtailredirects.redirect": EVERYTHING,
    "clinic.goneaddress": EVERYTHING,
    "clinic.missingaddress": ("change",),
    "clinic.searchphrase": ("change",),
    "clinic.sitecheck": ("change",),
    "clinic.indexnow": ("change",),
    "clinic.clinicprofile": ("change",),
    "clinic.navigation": ("change",),
    "clinic.openinghours": ("add", "change"),
    "clinic.announcement": EVERYTHING,
    # The words around the consultation form: content, no patient in it.
    "bookings.consultationsettings": ("change",),
}
# Clinicians write notes, record what became of a visit, and sign off medical complaints.
CARE_FOR_PATIENTS = {"bookings.case": ("view", "note", "treat", "sign_off")}
WORK_ON_REQUESTS = {"bookings.case": ("view", "note", "treat", "change", "export")}
LEAD_THE_DESK = {"bookings.case": ("view", "note", "treat", "change", "export", "sign_off", "override")}
MANAGE_VISITS = {
    "bookings.resource": ("view", *EVERYTHING),
    "bookings.visittype": ("view", *EVERYTHING),
}
# Invite colleagues, help them back in, and see who signed in.
MANAGE_ACCOUNTS = {"clinic.accountevent": ("view", "manage")}
ENTER = {"wagtailadmin.admin": ("access",)}

GRANTS = {
    "Editors": {**ENTER, **CONTENT},
    "Front desk": {**ENTER, **WORK_ON_REQUESTS},
    "Clinicians": {**ENTER, **CARE_FOR_PATIENTS},
    "Managers": {**ENTER, **CONTENT, **LEAD_THE_DESK, **MANAGE_VISITS, **MANAGE_ACCOUNTS},
}
# On every page, beside what Wagtail gives: add and change for both, publish and lock for Managers.
PAGE_GRANTS = {"Editors": ("publish",)}

MADE_HERE = ("Front desk", "Clinicians")
WAGTAILS_NAME, OUR_NAME = "Moderators", "Managers"


def make_roles(apps, schema_editor):
    rename_moderators(apps, WAGTAILS_NAME, OUR_NAME)
    Group = apps.get_model("auth.Group")
    for name, grants in GRANTS.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*permissions(apps, grants))
    grant_on_pages(apps)


def unmake_roles(apps, schema_editor):
    Group = apps.get_model("auth.Group")
    Group.objects.filter(name__in=MADE_HERE).delete()
    for group in Group.objects.filter(name__in=GRANTS):
        ours = {label: actions for label, actions in GRANTS[group.name].items() if label not in ENTER}
        group.permissions.remove(*permissions(apps, ours))
    GroupPagePermission = apps.get_model("wagtailcore.GroupPagePermission")
    for name, actions in PAGE_GRANTS.items():
        GroupPagePermission.objects.filter(
            group__name=name, page__depth=1, permission__codename__in=[f"{action}_page" for action in actions]
        ).delete()
    rename_moderators(apps, OUR_NAME, WAGTAILS_NAME)


def rename_moderators(apps, old, new):
    """Renames the group and what Wagtail named after it, where both names leave no doubt."""
    Group = apps.get_model("auth.Group")
    if not Group.objects.filter(name=new).exists():
        Group.objects.filter(name=old).update(name=new)
    for model in ("Workflow", "Task"):
        apps.get_model("wagtailcore", model).objects.filter(name=f"{old} approval").update(name=f"{new} approval")


def grant_on_pages(apps):
    Group = apps.get_model("auth.Group")
    GroupPagePermission = apps.get_model("wagtailcore.GroupPagePermission")
    Permission = apps.get_model("auth.Permission")
    root = apps.get_model("wagtailcore.Page").objects.filter(depth=1).first()
    if root is None:
        return
    for name, actions in PAGE_GRANTS.items():
        for action in actions:
            permission = Permission.objects.get(
                content_type__app_label="wagtailcore", content_type__model="page", codename=f"{action}_page"
            )
            GroupPagePermission.objects.get_or_create(
                group=Group.objects.get(name=name), page=root, permission=permission
            )


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0002_initial"),
        ("treatments", "0001_initial"),
        ("blog", "0001_initial"),
        ("bookings", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, unmake_roles)]
