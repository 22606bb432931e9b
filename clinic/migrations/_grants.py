"""For migrations that give roles their permissions."""


def permissions(apps, grants):
    """The permission rows of ``grants``. Django makes them after all migrations: a fresh database has none yet."""
    ContentType = apps.get_model("contenttypes.ContentType")
    Permission = apps.get_model("auth.Permission")
    rows = []
    for label, actions in grants.items():
        app_label, model_name = label.split(".")
        content_type, _created = ContentType.objects.get_or_create(app_label=app_label, model=model_name)
        options = apps.get_model(label)._meta
        special = dict(options.permissions)
        for action in actions:
            codename = f"{action}_{model_name}"
            wording = special.get(codename, f"Can {action} {options.verbose_name_raw}")
            row, _created = Permission.objects.get_or_create(
                content_type=content_type, codename=codename, defaults={"name": wording}
            )
            rows.append(row)
    return rows
