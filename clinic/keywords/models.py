"""Store what people search for, which searches are the same, and which page answers each."""

from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.models import RevisionMixin

from clinic.rows import OrderedRow
from clinic.search.models import split_phrases, validate_phrases

from .matching import Intent, Language, keys_in, spelling_of
from .parsing import MAX_LENGTH, MAX_SPELLING


class WordRule(RevisionMixin, models.Model):
    """Store what words mean when phrases are compared."""

    class Kind(models.TextChoices):
        ALIAS = "alias", _("mean the same as")
        PLACE = "place", _("are a place")
        IGNORED = "ignored", _("change nothing")

    words = models.CharField(
        _("words"),
        max_length=300,
        validators=[validate_phrases],
        help_text=_(
            "Words or phrases, separated by commas, for example: med spa, medspa. Singular and plural, capitals and "
            "apostrophes count as the same without your help."
        ),
    )
    kind = models.CharField(_("these words"), max_length=10, choices=Kind.choices, default=Kind.ALIAS)
    means = models.CharField(
        _("meaning"),
        max_length=100,
        blank=True,
        help_text=_(
            "What they mean, for example: medical spa. For a place, its full name, if the words are short for it."
        ),
    )

    panels = ["words", "kind", "means"]

    class Meta:
        verbose_name = _("word rule")
        verbose_name_plural = _("word rules")
        ordering = ["kind", "means", "words", "pk"]

    def __str__(self):
        return f"{self.words} → {self.means}" if self.means else self.words

    def clean(self):
        super().clean()
        if self.kind == self.Kind.ALIAS and not keys_in(self.means):
            raise ValidationError({"means": _("Type what the words mean.")})
        if self.kind == self.Kind.IGNORED and self.means:
            raise ValidationError({"means": _("Words that change nothing mean nothing else. Leave this blank.")})


def get_language(rules: Iterable[WordRule] | None = None) -> Language:
    """Return the meaning of words as the editors stored it. Costs one query."""
    aliases, places, ignored = {}, set(), set()
    for rule in WordRule.objects.order_by("pk") if rules is None else rules:
        phrases = [keys for phrase in split_phrases(rule.words) if (keys := keys_in(phrase))]
        means = keys_in(rule.means)
        if rule.kind == WordRule.Kind.IGNORED:
            ignored.update(phrases)
            continue
        if rule.kind == WordRule.Kind.PLACE:
            places.update([means] if means else phrases)
        if means:
            # What is complete already stays: "newport" is "newport beach", and "newport beach" has no second beach.
            aliases |= {means: means} | dict.fromkeys(phrases, means)
    return Language(aliases, frozenset(places), frozenset(ignored))


class KeywordGroup(RevisionMixin, models.Model):
    """Hold the phrases that mean the same search. One page should answer them."""

    name = models.CharField(_("name"), max_length=MAX_LENGTH)
    # Drafts and versions of pages name the group, so an empty one stays and says where its phrases went.
    merged_into = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, editable=False, related_name="merged"
    )

    class Meta:
        verbose_name = _("keyword group")
        verbose_name_plural = _("keyword groups")
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        # A list or a drag names the group, and would find either of two.
        same = KeywordGroup.objects.filter(merged_into=None, name__iexact=self.name).exclude(pk=self.pk)
        if same.exists():
            raise ValidationError({"name": _("Another group has this name. Move the phrases there instead.")})

    @property
    def current(self) -> "KeywordGroup":
        """Return the group that took this one's place, or the group itself."""
        group, seen = self, {self.pk}
        while group.merged_into and group.merged_into_id not in seen:
            group = group.merged_into
            seen.add(group.pk)
        return group


class Keyword(RevisionMixin, models.Model):
    """Store one phrase that people type into a search engine."""

    class Intents(models.TextChoices):
        LEARN = Intent.LEARN, _("Learn something")
        COMPARE = Intent.COMPARE, _("Compare treatments")
        VISIT = Intent.VISIT, _("Visit a clinic")

    class Priority(models.IntegerChoices):
        HIGH = 1, _("High")
        NORMAL = 2, _("Normal")
        LOW = 3, _("Low")

    class Status(models.TextChoices):
        NEW = "new", _("New")
        PLANNED = "planned", _("Planned")
        USED = "used", _("In use")
        PARKED = "parked", _("Not for us")

    phrase = models.CharField(_("phrase"), max_length=MAX_LENGTH, help_text=_("As people type it."))
    # Quotes, case and spaces make no second keyword. See matching.spelling_of().
    spelling = models.CharField(max_length=MAX_SPELLING, unique=True, editable=False)
    normalized = models.CharField(max_length=3 * MAX_LENGTH, editable=False, db_index=True)
    subject = models.CharField(max_length=3 * MAX_LENGTH, editable=False, db_index=True)
    group = models.ForeignKey(
        KeywordGroup,
        models.PROTECT,
        verbose_name=_("group"),
        related_name="keywords",
        help_text=_("Phrases that mean the same search."),
    )
    is_grouped_by_hand = models.BooleanField(default=False, editable=False)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="merged"
    )
    intent = models.CharField(_("people want to"), max_length=10, choices=Intents.choices, default=Intent.COMPARE)
    place = models.CharField(_("place"), max_length=60, blank=True, help_text=_("For example Irvine, or near me."))
    treatment = models.ForeignKey(
        "treatments.TreatmentPage", models.SET_NULL, null=True, blank=True, verbose_name=_("about the treatment"),
        related_name="+",
    )  # fmt: skip
    concern = models.ForeignKey(
        "treatments.AreaOfConcern", models.SET_NULL, null=True, blank=True, verbose_name=_("about the concern"),
        related_name="+",
    )  # fmt: skip
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.NEW)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("owner"), related_name="+"
    )
    monthly_searches = models.PositiveIntegerField(_("searches a month"), null=True, blank=True)
    notes = models.TextField(_("notes"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")
        ordering = ["phrase", "pk"]

    def __str__(self):
        return self.phrase

    def clean(self):
        super().clean()
        self.spelling = spelling_of(self.phrase)
        if not keys_in(self.phrase):
            raise ValidationError({"phrase": _("Type a phrase with a word in it.")})
        if len(self.spelling) > MAX_SPELLING:  # some letters are words when they are written out
            raise ValidationError({"phrase": _("This phrase is too long.")})
        same = Keyword.objects.filter(spelling=self.spelling).exclude(pk=self.pk).first()
        if same:
            raise ValidationError({"phrase": _("“%(phrase)s” is a keyword already.") % {"phrase": same.phrase}})

    def with_content_json(self, content):
        """Return an earlier version, in today's group if the group of that time is gone."""
        if not KeywordGroup.objects.filter(pk=content.get("group")).exists():
            content = {**content, "group": self.group_id}
        return super().with_content_json(content)

    def describe(self, language: Language) -> None:
        """Set what follows from the phrase alone."""
        self.spelling = spelling_of(self.phrase)
        self.normalized = language.normalize(self.phrase)[: 3 * MAX_LENGTH]
        self.subject = language.subject_of(self.phrase)[: 3 * MAX_LENGTH]

    def save(self, *args, language: Language | None = None, **kwargs):
        self.describe(language or get_language())
        super().save(*args, **kwargs)


class Regrouping(models.Model):
    """Store what a change of groups changed, so that it can be undone."""

    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    summary = models.CharField(max_length=300)
    # {"keywords": {pk: [group, merged_into, by hand]}, "rows": {pk: {field: value}},
    # "groups": {pk: merged_into}}
    before = models.JSONField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-made_at", "-pk"]

    def __str__(self):
        return self.summary


class PageKeyword(OrderedRow):
    """Store that a page answers a search, and whether it is the page for it.

    At most one live page is the page for a group. Where a second one is published, it supports the first instead,
    and ``refused_at`` says so, unless an editor gave a reason since the first took its place.
    """

    class Role(models.TextChoices):
        PRIMARY = "primary", _("The page for it")
        SUPPORTING = "supporting", _("Supports it")

    page = ParentalKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="page_keywords")
    group = models.ForeignKey(
        KeywordGroup, models.CASCADE, verbose_name=_("keyword"), related_name="page_keywords",
        help_text=_("Phrases that mean the same search count as one."),
    )  # fmt: skip
    role = models.CharField(_("this page"), max_length=10, choices=Role.choices, default=Role.PRIMARY)
    reason = models.CharField(
        _("reason to take it over"),
        max_length=200,
        blank=True,
        help_text=_("Only if another page is the page for this keyword, and this one should be instead."),
    )
    reason_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_live = models.BooleanField(default=False, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    took_over = models.BooleanField(default=False, editable=False)
    refused_at = models.DateTimeField(null=True, blank=True, editable=False)

    panels = ["group", "role", "reason"]

    class Meta(OrderedRow.Meta):
        verbose_name = _("keyword of a page")
        verbose_name_plural = _("keywords of pages")
        constraints = [
            models.UniqueConstraint(fields=("page", "group"), name="clinic_keyword_once_a_page"),
            models.UniqueConstraint(
                fields=("group",),
                condition=models.Q(is_live=True, role="primary"),
                name="clinic_one_page_for_a_keyword",
            ),
        ]

    def __str__(self):
        return str(self.group)

    @property
    def is_primary(self) -> bool:
        return self.role == self.Role.PRIMARY

    @property
    def is_refused(self) -> bool:
        """Return whether the page was meant to be the page for it when another page was."""
        return self.refused_at is not None and not self.is_primary

    def save(self, *args, **kwargs):
        with transaction.atomic():
            # Two editors who publish at once take turns.
            lock_groups([self.group_id])
            self._follow_group()
            self.is_live = self.page.live and self.group.merged_into_id is None
            if self.is_live and (self.is_primary or self.is_refused):
                self.claim()
            if not (self.is_live and self.is_primary):
                self.claimed_at, self.took_over = None, False
            super().save(*args, **kwargs)
            if self.is_live and not self.is_primary and not self.is_refused:
                promote_refused([self.group_id])

    def _follow_group(self) -> None:
        """Take the group that the group was merged into.

        Where the page has that group as well, this row rests until the groups are taken apart again.
        """
        group = KeywordGroup.objects.get(pk=self.group_id)
        current = group.current
        taken = PageKeyword.objects.filter(page=self.page_id, group=current).exclude(pk=self.pk)
        self.group = group if current != group and taken.exists() else current

    def claim(self) -> None:
        """Take the place of another page with a reason, or support that page."""
        held = {row.page_id: row for row in find_primary(self.group)}
        own = held.get(self.page_id)
        other = next((row for page, row in held.items() if page != self.page_id), None)
        if other and not self.may_replace(other):
            self.role, self.refused_at = self.Role.SUPPORTING, timezone.now()
            return
        if other:
            changes = {"role": self.Role.SUPPORTING, "claimed_at": None, "took_over": False}
            find_primary(self.group).filter(pk=other.pk).update(**changes)
        # The row may come from an earlier version, when the page held the place for another time.
        self.role, self.refused_at = self.Role.PRIMARY, None
        self.claimed_at = (own and own.claimed_at) or timezone.now()
        self.took_over = other is not None or bool(own and own.took_over)

    @property
    def used_reason(self) -> str:
        """Return the reason for which the page has the place of another one, or ""."""
        return self.reason if self.took_over else ""

    def may_replace(self, other: "PageKeyword") -> bool:
        """Return whether a reason was given after the other page took its place.

        An older reason was for a change that is done.
        """
        since = other.claimed_at
        return bool(self.reason and self.reason_at and (since is None or self.reason_at > since))


def find_primary(group: KeywordGroup | OuterRef) -> models.QuerySet[PageKeyword]:
    """Return the live page for the group, as a query of at most one row."""
    return PageKeyword.objects.filter(group=group, is_live=True, role=PageKeyword.Role.PRIMARY)


def find_refused() -> models.QuerySet[PageKeyword]:
    """Return the rows of live pages that were meant to be the page for it when another page was."""
    return PageKeyword.objects.filter(is_live=True, role=PageKeyword.Role.SUPPORTING, refused_at__isnull=False)


def promote_refused(groups: Iterable[int]) -> None:
    """Give groups without a page to the page that was refused first. The groups have to be locked."""
    is_held = Exists(find_primary(OuterRef("group")))
    rows = find_refused().filter(~is_held, group__in=groups).select_related("page").order_by("refused_at", "pk")
    for row in {row.group_id: row for row in reversed(rows)}.values():
        row.save()


def lock_groups(groups: Iterable[int]) -> None:
    """Lock groups, and those that they were merged into, until the transaction ends.

    All code locks them in the same order: two pages with the same keywords would otherwise wait for each other.
    """
    groups = {group for group in groups if group}
    into = KeywordGroup.objects.filter(pk__in=groups, merged_into__isnull=False).values_list("merged_into", flat=True)
    list(KeywordGroup.objects.select_for_update().filter(pk__in=groups | set(into)).order_by("pk"))
