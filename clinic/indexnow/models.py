from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Page, RevisionMixin

MAX_URL = 2000
validate_key = RegexValidator(r"\A[a-zA-Z0-9-]{8,128}\Z", _("Use 8 to 128 letters, digits and dashes."))


@register_setting(icon="globe", order=450)
class IndexNow(RevisionMixin, BaseSiteSetting):
    """Store the key with which the site tells search engines about changed pages."""

    key = models.CharField(
        _("key"),
        max_length=128,
        blank=True,
        validators=[validate_key],
        help_text=_(
            "While a key is set, Bing, Yandex and other search engines are told within minutes which pages were "
            "published, moved or taken away. 8 to 128 letters, digits and dashes that you make up. Leave it blank to "
            "tell nobody."
        ),
    )

    panels = [FieldPanel("key")]

    class Meta:
        verbose_name = _("IndexNow")

    def __str__(self):
        return str(self._meta.verbose_name)


class QueuedAddress(models.Model):
    """Queue a changed address until the search engines have taken it."""

    wagtail_reference_index_ignore = True

    url = models.CharField(max_length=MAX_URL, unique=True)
    # Asked right before sending whether the page may be told of. A page that is deleted leaves its address.
    page = models.ForeignKey(Page, on_delete=models.SET_NULL, null=True, related_name="+")
    queued_at = models.DateTimeField(default=timezone.now)
    # The instant from which it may be sent (again). While it is being sent: the end of the claim.
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.url


class IndexNowLog(models.Model):
    """Store what became of the last attempt, in one row."""

    sent_at = models.DateTimeField(null=True)
    sent_count = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.error or "sent"

    @classmethod
    def get(cls) -> "IndexNowLog":
        return cls.objects.filter(pk=1).first() or cls(pk=1)
