from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """Store the filters and the order of a list under a name that its user gave them.

    The searched words are left out, since they name patients.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name of the view"), max_length=40)
    querystring = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("saved view")
        default_permissions = ()
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="bookings_one_view_a_name")]

    def __str__(self):
        return self.name
