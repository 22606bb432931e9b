"""Add, group and merge keywords, and take it back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator
from django.utils.translation import gettext

from .matching import Language, Words, keys_in, spelling_of
from .models import Keyword, KeywordGroup, PageKeyword, Regrouping, get_language
from .parsing import MAX_LENGTH, ParsedKeyword


@dataclass
class GroupPlan:
    """Hold the phrases that would form a group, or join ``group``."""

    name: str
    subject: str
    group: KeywordGroup | None = None
    phrases: list[ParsedKeyword] = field(default_factory=list)


@dataclass
class Plan:
    """Hold what adding a list would do: groups with their new phrases, and the keywords that exist."""

    groups: list[GroupPlan] = field(default_factory=list)
    existing: list[Keyword] = field(default_factory=list)
    renewed: list[tuple[Keyword, int]] = field(default_factory=list)  # with the new count of searches

    @property
    def new_count(self) -> int:
        return sum(len(group.phrases) for group in self.groups)

    @property
    def has_changes(self) -> bool:
        return bool(self.groups or self.renewed)


def list_active_groups() -> QuerySet[KeywordGroup]:
    """Return the groups with a phrase. Taking back a move may leave one without."""
    return KeywordGroup.objects.filter(Exists(Keyword.objects.filter(group=OuterRef("pk"))), merged_into=None)


def find_group(keyword: Keyword) -> KeywordGroup | None:
    """Return the group of the phrases that mean the same as this keyword."""
    return find_groups([keyword]).get(keyword.subject)


def find_groups(keywords: Iterable[Keyword]) -> dict[str, KeywordGroup]:
    """Return the group of each subject that has one.

    Where an editor spread a subject over groups, the group with most of its phrases wins.
    """
    subjects = {keyword.subject for keyword in keywords}
    votes: dict[str, Counter[int]] = {}
    known = Keyword.objects.filter(subject__in=subjects).order_by("pk")
    for subject, group in known.values_list("subject", "group"):
        votes.setdefault(subject, Counter())[group] += 1
    voted = {group for vote in votes.values() for group in vote}
    groups = KeywordGroup.objects.select_related("merged_into").in_bulk(voted)
    return {subject: groups[vote.most_common(1)[0][0]].current for subject, vote in votes.items()}


def plan_keywords(parsed: Iterable[ParsedKeyword], language: Language | None = None) -> Plan:
    """Return what adding the phrases would do. Costs five queries.

    A phrase that means a new search joins the group with its name, if there is one.
    """
    language = language or get_language()
    parsed = list(parsed)
    spellings = {spelling_of(one.phrase): one for one in parsed}
    existing = {keyword.spelling: keyword for keyword in _in_batches(spellings)}
    new = [(one, _describe(one, language)) for spelling, one in spellings.items() if spelling not in existing]
    groups = find_groups(keyword for _one, keyword in new)
    names = _GroupNames()
    plans: dict[str | int, GroupPlan] = {}
    for one, keyword in new:
        group = groups.get(keyword.subject) or names.find(one.phrase)
        plan = plans.setdefault(
            group.pk if group else keyword.subject,
            GroupPlan(group.name if group else one.phrase, keyword.subject, group),
        )
        plan.phrases.append(one)
    counted = ((keyword, spellings[spelling].monthly_searches) for spelling, keyword in existing.items())
    renewed = [(keyword, count) for keyword, count in counted if count not in (None, keyword.monthly_searches)]
    return Plan(list(plans.values()), list(existing.values()), renewed)


def _in_batches(spellings: Iterable[str]) -> list[Keyword]:
    keys = list(spellings)
    parts = (keys[at : at + 500] for at in range(0, len(keys), 500))
    return [keyword for part in parts for keyword in Keyword.objects.filter(spelling__in=part).select_related("group")]


def _describe(parsed: ParsedKeyword, language: Language) -> Keyword:
    keyword = Keyword(phrase=parsed.phrase, monthly_searches=parsed.monthly_searches)
    keyword.describe(language)
    keyword.intent = language.intent_of(parsed.phrase)
    keyword.place = language.place_in(parsed.phrase).title().replace("Near Me", "near me")[:60]
    return keyword


class _GroupNames:
    """Find groups by their names, as an editor chose them in a list. Costs one query."""

    def __init__(self) -> None:
        groups = KeywordGroup.objects.filter(merged_into=None).order_by("-pk")
        self._groups = {group.name.casefold(): group for group in groups}

    def find(self, name: str) -> KeywordGroup | None:
        return self._groups.get(name.casefold())

    def get_or_create(self, name: str) -> KeywordGroup:
        key = name.casefold()
        if key not in self._groups:
            self._groups[key] = KeywordGroup.objects.create(name=name[:MAX_LENGTH])
        return self._groups[key]


@transaction.atomic
def add_keywords(
    parsed: Iterable[ParsedKeyword],
    *,
    owner=None,
    chosen: Mapping[str, str] | None = None,
    group: KeywordGroup | None = None,
) -> list[Keyword]:
    """Add the phrases that are new, and return the keywords of all, in their order.

    ``chosen`` leads from spellings to the names of groups that an editor chose instead; ``group`` takes all. A count
    of searches is stored for keywords that exist as well.
    """
    language = get_language()
    parsed = list(parsed)
    plan = plan_keywords(parsed, language)
    by_spelling = {keyword.spelling: keyword for keyword in plan.existing}
    names = _GroupNames()
    for group_plan in plan.groups:
        proposed = group_plan.group
        for one in group_plan.phrases:
            keyword = _describe(one, language)
            keyword.owner = owner
            name = (chosen or {}).get(keyword.spelling, "")
            if group or (name and name.casefold() != group_plan.name.casefold()):
                keyword.group, keyword.is_grouped_by_hand = group or names.get_or_create(name), True
            else:
                proposed = proposed or names.get_or_create(group_plan.name)
                keyword.group = proposed
            keyword.save(language=language)
            by_spelling[keyword.spelling] = keyword
    for keyword, count in plan.renewed:
        keyword.monthly_searches = count
        Keyword.objects.filter(pk=keyword.pk).update(monthly_searches=count)
    return [by_spelling[spelling_of(one.phrase)] for one in parsed]


@transaction.atomic
def move_keywords(keywords: Iterable[Keyword], target: KeywordGroup, user=None) -> Regrouping:
    """Move keywords to another group, with the spellings that were merged into them. ``undo`` takes it back.

    The pages of a group that is left empty follow. Where both groups have a page, that of the target stays.
    """
    target = KeywordGroup.objects.select_for_update().get(pk=target.pk).current
    keywords = list(keywords)
    spellings = Keyword.objects.filter(merged_into__in=keywords).exclude(pk__in=[keyword.pk for keyword in keywords])
    moved = [*keywords, *spellings]
    before = _remember(moved, target)
    Keyword.objects.filter(pk__in=[keyword.pk for keyword in moved]).update(group=target, is_grouped_by_hand=True)
    left = {keyword.group_id for keyword in moved} - {target.pk}
    for group in KeywordGroup.objects.filter(pk__in=left, keywords=None, merged_into=None):
        _move_pages(group, target)
        KeywordGroup.objects.filter(pk=group.pk).update(merged_into=target)
    names = ", ".join(f"“{keyword}”" for keyword in keywords)
    summary = Truncator(gettext("%(names)s moved to “%(group)s”") % {"names": names, "group": target}).chars(300)
    return Regrouping.objects.create(made_by=user, summary=summary, before=before)


@transaction.atomic
def merge(keywords: Iterable[Keyword], into: Keyword, user=None) -> Regrouping:
    """Store keywords as other spellings of one. ``undo`` takes it back: nothing of them is lost."""
    others = [keyword for keyword in keywords if keyword.pk != into.pk]
    merged_before = [*others, *Keyword.objects.filter(merged_into__in=others)]
    done = move_keywords(merged_before, into.group, user)
    Keyword.objects.filter(pk__in=[keyword.pk for keyword in merged_before]).update(merged_into=into)
    names = ", ".join(f"“{keyword}”" for keyword in others)
    done.summary = Truncator(gettext("%(names)s merged into “%(one)s”") % {"names": names, "one": into}).chars(300)
    done.save(update_fields=["summary"])
    return done


class ChangedSinceError(Exception):
    """A later change of the same groups has to be undone first."""


@transaction.atomic
def undo(regrouping: Regrouping) -> bool:
    """Put keywords, groups and pages back where they were, and return whether that was still to be done.

    A page whose place was taken meanwhile supports the other page. Raise ChangedSinceError if the groups changed again.
    """
    regrouping = Regrouping.objects.select_for_update().get(pk=regrouping.pk)
    if regrouping.undone_at:
        return False
    before = regrouping.before
    later = Regrouping.objects.filter(pk__gt=regrouping.pk, undone_at=None).values_list("before", flat=True)
    if any(one["groups"].keys() & before["groups"].keys() for one in later):
        raise ChangedSinceError
    groups = set(KeywordGroup.objects.values_list("pk", flat=True))
    for pk, merged_into in before["groups"].items():
        KeywordGroup.objects.filter(pk=pk).update(merged_into=merged_into if merged_into in groups else None)
    for pk, (group, merged_into, by_hand) in before["keywords"].items():
        if group in groups:
            still = merged_into if Keyword.objects.filter(pk=merged_into).exists() else None
            Keyword.objects.filter(pk=pk).update(group=group, merged_into=still, is_grouped_by_hand=by_hand)
    _put_pages_back(before["rows"], groups)
    # A move to a new name made a group, and a keyword may have been deleted since.
    KeywordGroup.objects.filter(pk__in=before["groups"], keywords=None, merged_into=None).delete()
    regrouping.undone_at = timezone.now()
    regrouping.save(update_fields=["undone_at"])
    return True


def _put_pages_back(remembered: dict[str, dict[str, Any]], groups: set[int]) -> None:
    """Give pages the groups and roles that they had: the pages for a group first, so that they keep their place."""
    rows = PageKeyword.objects.select_related("page").in_bulk([int(pk) for pk in remembered])
    joined = {row.page_id for row in rows.values()}
    in_order = sorted(remembered.items(), key=lambda item: item[1]["role"] != PageKeyword.Role.PRIMARY)
    for pk, before in in_order:
        row, page, group = rows.get(int(pk)), before["page"], before["group"]
        # Saving a page with both groups keeps one row. Where none is left, an editor took the keyword away.
        if row is None and page not in joined:
            continue
        row = row or PageKeyword(page_id=page)
        taken = PageKeyword.objects.filter(page=page, group=group).exclude(pk=row.pk).exists()
        if group in groups and not taken:
            row.group_id, row.role, row.reason = group, before["role"], before["reason"]
            row.reason_at, row.refused_at = (parse_datetime(before[name] or "") for name in ("reason_at", "refused_at"))
            row.save()
            # Saving finds no page in the place that this one took.
            if row.is_live and row.is_primary and before["took_over"]:
                PageKeyword.objects.filter(pk=row.pk).update(took_over=True)


def split(keyword: Keyword) -> None:
    """Make a merged spelling a keyword of its own again, in the same group."""
    Keyword.objects.filter(pk=keyword.pk).update(merged_into=None)


def _remember(keywords: list[Keyword], target: KeywordGroup) -> dict[str, dict[int, object]]:
    groups = KeywordGroup.objects.filter(pk__in={target.pk, *(keyword.group_id for keyword in keywords)})
    return {
        "keywords": {one.pk: [one.group_id, one.merged_into_id, one.is_grouped_by_hand] for one in keywords},
        "groups": dict(groups.values_list("pk", "merged_into")),
        "rows": {
            row.pk: {
                "group": row.group_id,
                "role": row.role,
                "page": row.page_id,
                "reason": row.reason,
                "took_over": row.took_over,
                **{name: (moment := getattr(row, name)) and moment.isoformat() for name in ("reason_at", "refused_at")},
            }
            for row in PageKeyword.objects.filter(group__in=groups)
        },
    }


def _move_pages(group: KeywordGroup, target: KeywordGroup) -> None:
    """Move the rows of a group. A page that is in both keeps both: its row comes back with the group."""
    known = set(PageKeyword.objects.filter(group=target).values_list("page", flat=True))
    rows = PageKeyword.objects.filter(group=group).exclude(page__in=known).select_related("page")
    # The page for the group comes first, or another one takes its place on the way.
    for row in rows.order_by("role", "-is_live", "refused_at", "pk"):
        row.group, row.reason = target, ""
        row.save()


def find_mergeable() -> list[list[Keyword]]:
    """Return the keywords that differ in an apostrophe, an accent or a plural alone, in one list for each."""
    keywords = Keyword.objects.filter(merged_into=None).select_related("group").order_by("created_at", "pk")
    alike: dict[Words, list[Keyword]] = {}
    for keyword in keywords:
        alike.setdefault(keys_in(keyword.phrase), []).append(keyword)
    return [keywords for keywords in alike.values() if len(keywords) > 1]


@transaction.atomic
def describe_again() -> None:
    """Compare all keywords anew, after the rules for words changed. No keyword changes its group."""
    language = get_language()
    changed = []
    for keyword in Keyword.objects.select_for_update():
        before = keyword.normalized, keyword.subject
        keyword.describe(language)
        if before != (keyword.normalized, keyword.subject):
            changed.append(keyword)
    Keyword.objects.bulk_update(changed, ["normalized", "subject"], batch_size=200)
