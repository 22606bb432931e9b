"""Store what a page that was read says about each keyword, and which pages are alike."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from wagtail.models import Page

from .likeness import bands_of, bare_words, digest_of, likeness, may_be_alike, signature_of
from .linking import Mention, find_mentions
from .page_models import AlikePages, PageEvidence, PageLink, PageReading, SignatureBand
from .reading import Evidence, PageText
from .vocabulary import Vocabulary

FLAGS = (
    "in_title in_heading in_opening in_headings in_body in_alts in_address is_headline".split()
)  # the excerpt is of the first of them
FIELDS = [*FLAGS, "excerpt", "mention", "mention_excerpt"]
MAX_ALIKE = 50  # pages that one page is compared with


def match_page(pk: int, vocabulary: Vocabulary) -> bool:
    """Store the evidence and the links of a page. Return whether its body without places changed."""
    with transaction.atomic():
        # Another worker that matches the same page waits here.
        reading = PageReading.objects.select_for_update().filter(pk=pk).first()
        if not reading or reading.vocabulary == vocabulary.digest:
            return False
        texts = reading.texts
        page = PageText(
            **{name: tuple(value) if isinstance(value, list) else value for name, value in _parts_of(texts).items()}
        )
        _store_evidence(pk, _evidence_of(page, texts.get("lines", []), vocabulary))
        _store_links(pk, texts.get("links", []), vocabulary)
        words = () if texts.get("is_alias") else bare_words(page.body, vocabulary.language)
        digest = digest_of(words) if words else ""
        is_changed = digest != reading.bare_digest
        reading.vocabulary, reading.matched_at = vocabulary.digest, timezone.now()
        fields = ["vocabulary", "matched_at"]
        if is_changed:
            reading.bare_digest, reading.word_count = digest, len(words)
            reading.signature = signature_of(words)
            fields += ["bare_digest", "word_count", "signature"]
            SignatureBand.objects.filter(reading=reading).delete()
            SignatureBand.objects.bulk_create(
                SignatureBand(reading=reading, band=band) for band in bands_of(reading.signature)
            )
        reading.save(update_fields=fields)
    return is_changed


def _parts_of(texts: dict[str, Any]) -> dict[str, Any]:
    names = ("title", "description", "heading", "opening", "headings", "alts", "address", "body", "site_name")
    return {name: texts[name] for name in names if name in texts}


def _evidence_of(page: PageText, lines: list[str], vocabulary: Vocabulary) -> dict[int, dict[str, Any]]:
    """Return the fields of the evidence for each group that the page has a phrase of."""
    found: dict[int, dict[str, Any]] = {}
    for words, evidence in vocabulary.reader.read(page, vocabulary.names.find).items():
        for group in vocabulary.groups[words]:
            found[group] = _join(found.get(group), evidence)
    mentions: dict[int, Mention] = {}
    for words, mention in find_mentions(lines, vocabulary.reader, vocabulary.names).items():
        for group in vocabulary.groups[words]:
            known = mentions.get(group)
            if not known or (mention.line, mention.start) < (known.line, known.start):
                mentions[group] = mention
    for group, mention in mentions.items():
        if len(mention.text) <= 200:
            fields = found.setdefault(group, {**dict.fromkeys(FLAGS, False), "excerpt": ""})
            fields |= {"mention": mention.text, "mention_excerpt": mention.excerpt[:400]}
    for fields in found.values():
        fields.setdefault("mention", "")
        fields.setdefault("mention_excerpt", "")
    return found


def _join(known: dict[str, Any] | None, evidence: Evidence) -> dict[str, Any]:
    flags = {name: getattr(evidence, name) for name in FLAGS}
    if known is None:
        return {**flags, "excerpt": evidence.excerpt[:400]}
    is_earlier = [flags[name] for name in FLAGS] > [known[name] for name in FLAGS]
    joined: dict[str, Any] = {name: flags[name] or known[name] for name in FLAGS}
    return {**joined, "excerpt": evidence.excerpt[:400] if is_earlier else known["excerpt"]}


def _store_evidence(pk: int, found: dict[int, dict[str, Any]]) -> None:
    """Write the rows that changed. A row keeps its key, which the buttons of the board name."""
    known = {row.group_id: row for row in PageEvidence.objects.filter(page=pk)}
    PageEvidence.objects.filter(pk__in=[row.pk for group, row in known.items() if group not in found]).delete()
    changed = []
    for group in found.keys() & known.keys():
        row = known[group]
        if any(getattr(row, name) != value for name, value in found[group].items()):
            for name, value in found[group].items():
                setattr(row, name, value)
            if not row.mention:
                row.linked_at = None
            changed.append(row)
    PageEvidence.objects.bulk_update(changed, [*FIELDS, "linked_at"], batch_size=50)
    # A group may have been deleted since the vocabulary was read.
    groups = set(_existing_groups(found.keys() - known.keys()))
    PageEvidence.objects.bulk_create(
        PageEvidence(page_id=pk, group_id=group, **found[group]) for group in sorted(groups)
    )


def _existing_groups(groups: Iterable[int]) -> Iterable[int]:
    groups = list(groups)
    model = PageEvidence._meta.get_field("group").related_model
    return model.objects.filter(pk__in=groups).values_list("pk", flat=True) if groups else []


def _store_links(pk: int, links: list[list[Any]], vocabulary: Vocabulary) -> None:
    targets = set(Page.objects.filter(pk__in={target for target, *_rest in links}).values_list("pk", flat=True))
    wanted = set()
    for target, words, is_in_text in links:
        if target in targets:
            phrases = vocabulary.reader.are_words(words) if is_in_text else []
            groups = [group for phrase in phrases for group in vocabulary.groups[phrase]]
            wanted |= {(target, words, is_in_text, group) for group in groups or [None]}
    known = PageLink.objects.filter(page=pk)
    if set(known.values_list("target", "words", "is_in_text", "group")) == wanted:
        return
    known.delete()
    existing = {None, *_existing_groups({group for *_rest, group in wanted if group})}
    PageLink.objects.bulk_create(
        PageLink(page_id=pk, target_id=target, words=words, is_in_text=is_in_text, group_id=group)
        for target, words, is_in_text, group in sorted(wanted, key=str)
        if group in existing
    )


def compare_page(pk: int, vocabulary: Vocabulary) -> None:
    """Store which pages are like this one.

    Its bands are committed before: of two pages that are compared at once, one finds the other.
    """
    with transaction.atomic():
        AlikePages.objects.filter(Q(first=pk) | Q(second=pk)).delete()
        reading = PageReading.objects.filter(pk=pk).first()
        if not reading or not reading.bare_digest:
            return
        words = _bare_words_of(reading, vocabulary)
        rows = []
        for other in _find_candidates(reading):
            share = likeness(words, _bare_words_of(other, vocabulary))
            if share:
                first, second = sorted((pk, other.pk))
                rows.append(AlikePages(first_id=first, second_id=second, percent=int(share * 100)))
        AlikePages.objects.bulk_create(rows, ignore_conflicts=True)


def _bare_words_of(reading: PageReading, vocabulary: Vocabulary) -> tuple[str, ...]:
    return bare_words(reading.texts.get("body", ""), vocabulary.language)


def _find_candidates(reading: PageReading) -> list[PageReading]:
    others = PageReading.objects.exclude(pk=reading.pk)
    same = set(others.filter(bare_digest=reading.bare_digest).values_list("pk", flat=True)[:MAX_ALIKE])
    bands = list(reading.bands.values_list("band", flat=True))
    if bands:
        few = 0.8 * reading.word_count, 1.25 * reading.word_count
        near = others.filter(bands__band__in=bands, word_count__range=(int(few[0]), int(few[1]) + 1)).distinct()
        same |= {
            pk
            for pk, signature in near.values_list("pk", "signature")
            if may_be_alike(bytes(reading.signature), bytes(signature))
        }
    return list(PageReading.objects.filter(pk__in=sorted(same)[:MAX_ALIKE]))
