"""Find the pages that a visitor means. Pure.

A search is read word by word. Each word, or each phrase that is a synonym, becomes a group of alternatives, and a page
has to hold one alternative of each group. When no page does, the words are corrected; after that, some may be missing.
"""

from collections import Counter
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA

from .words import MAX_WORDS, drop_stop_words, key_of, keys_of, split_in_two, split_words

if TYPE_CHECKING:
    from .index import SearchIndex

MAX_CANDIDATES = 5  # corrections of each word
MAX_CORRECTIONS = 100  # corrections of a search
LONG_SEARCH = 6  # words
SYNONYM_SHARE = 0.8  # of the weight of the word that was typed
SPLIT = JOINED = 0.3  # errors that a missing space and a space too many count as

Alternative = tuple[str, ...]  # a page has to hold all of these keys
Groups = list[list[Alternative]]


class Found(NamedTuple):
    """Hold the ids of pages, best first.

    ``corrected`` is what the search was taken for, or "". ``is_partial`` tells that each page lacks a word.
    """

    page_ids: list[int]
    corrected: str = ""
    is_partial: bool = False


def find(index: "SearchIndex", text: str, *, is_exact: bool = False) -> Found:
    """Return the pages with every word of the text, or with those that it may mean."""
    typed = drop_unknown_numbers(index, split_words(text))
    typed = typed if len(typed) <= MAX_WORDS else drop_stop_words(typed)[:MAX_WORDS]
    if not typed:
        return Found([])
    keys = list(keys_of(" ".join(typed)))
    scores = score(index, [get_groups(index, reading) for reading in get_readings(index, keys)])
    if scores and not is_exact:
        return Found(list(dict.fromkeys(rank(index, scores) + find_with_most_words(index, get_groups(index, keys)))))
    if scores or is_exact:
        return Found(rank(index, scores))
    if (correction := find_correction(index, typed)) is not None:
        corrected, scores = correction
        return Found(rank(index, scores), corrected=corrected)
    return find_partly(index, typed)


def drop_unknown_numbers(index: "SearchIndex", words: list[str]) -> list[str]:
    """Return the words without the numbers that no page holds, such as an age."""
    return [word for word in words if not word.isdigit() or key_of(word) in index.spellings] or words


def find_partly(index: "SearchIndex", typed: list[str]) -> Found:
    """Return the pages with most words as typed, or else as corrected."""
    if page_ids := find_with_most_words(index, get_groups(index, list(keys_of(" ".join(typed))))):
        return Found(page_ids, is_partial=True)
    for correction in get_corrections(index, typed, keeps_known=True)[:1]:
        groups = get_groups(index, [key for keys in correction.keys for key in keys])
        if page_ids := find_with_most_words(index, groups):
            return Found(page_ids, corrected=spell(index, correction), is_partial=True)
    return Found([])


def find_with_most_words(index: "SearchIndex", groups: Groups) -> list[int]:
    """Return the pages that lack at most a third of the words.

    A word that no page holds may only be in a long search, such as a whole question.
    """
    scores = [score_group(index, group) for group in groups]
    if len(groups) < LONG_SEARCH and not all(scores):
        return []
    enough = len(groups) - len(groups) // 3
    held = Counter(page for of_group in scores for page in of_group)
    points = {page: sum(of_group.get(page, 0) for of_group in scores) for page in held if held[page] >= enough}
    return sorted(rank(index, add_share_of_title(index, groups, points)), key=lambda page: -held[page])


def get_readings(index: "SearchIndex", keys: list[str]) -> list[list[str]]:
    """Return the keys as typed, and with two words written as one or one as two."""
    readings = [keys]
    for n, key in enumerate(keys):
        if n + 1 < len(keys) and (joined := key_of(key + keys[n + 1])) in index.spellings:
            readings.append([*keys[:n], joined, *keys[n + 2 :]])
        if key not in index.spellings:
            readings += [[*keys[:n], *pair, *keys[n + 1 :]] for pair in split_in_two(key, index.neighbors)]
    return readings


def get_groups(index: "SearchIndex", keys: list[str]) -> Groups:
    """Return what a page has to hold for each word or synonym, what was typed first."""
    groups: Groups = []
    start = 0
    while start < len(keys):
        for end in range(len(keys), start, -1):
            phrase = tuple(keys[start:end])
            if phrase in index.synonyms or end == start + 1:
                groups.append([phrase, *index.synonyms.get(phrase, [])])
                start = end
                break
    return groups


def score(index: "SearchIndex", readings: list[Groups]) -> dict[int, float]:
    """Return the pages that fit a reading, with how well they do."""
    best: dict[int, float] = {}
    for groups in readings:
        total: dict[int, float] | None = None
        for group in groups:
            of_group = score_group(index, group)
            if total is None:
                total = of_group
            else:
                total = {page: total[page] + of_group[page] for page in total.keys() & of_group.keys()}
        for page, points in add_share_of_title(index, groups, total or {}).items():
            best[page] = max(best.get(page, 0), points)
    return best


def add_share_of_title(index: "SearchIndex", groups: Groups, scores: dict[int, float]) -> dict[int, float]:
    meant = {key for group in groups for alternative in group for key in alternative}
    titles = ((page, index.titles[page]) for page in scores)
    return {page: scores[page] + 5 * sum(key in meant for key in title) / (len(title) or 1) for page, title in titles}


def score_group(index: "SearchIndex", group: list[Alternative]) -> dict[int, float]:
    best: dict[int, float] = {}
    for n, alternative in enumerate(group):
        weights = [index.get_weights(key) for key in alternative]
        for page in set(weights[0]).intersection(*weights[1:]):
            points = min(of_word[page] for of_word in weights) * (SYNONYM_SHARE if n else 1)
            best[page] = max(best.get(page, 0), points)
    return best


def rank(index: "SearchIndex", scores: dict[int, float]) -> list[int]:
    """Return the pages by score, then in the order of the site's tree."""
    return sorted(scores, key=lambda page: (-scores[page], index.places[page]))


class _Correction(NamedTuple):
    errors: float
    typed: list[str]
    keys: list[list[str]]  # for each typed word but stop words


def find_correction(index: "SearchIndex", typed: list[str]) -> tuple[str, dict[int, float]] | None:
    """Return the correction with the fewest errors that some page fits, or None.

    Known words are replaced only by their other forms, and only if replacing the unknown ones is not enough.
    """
    for keeps_known in (True, False):
        best: tuple[_Correction, dict[int, float]] | None = None
        for correction in get_corrections(index, typed, keeps_known=keeps_known):
            if best and correction.errors > best[0].errors:
                break
            scores = score(index, [get_groups(index, [key for keys in correction.keys for key in keys])])
            if scores and (best is None or max(scores.values()) > max(best[1].values())):
                best = (correction, scores)
        if best:
            return spell(index, best[0]), best[1]
    return find_other_word(index, typed)


def find_other_word(index: "SearchIndex", typed: list[str]) -> tuple[str, dict[int, float]] | None:
    """Return the correction of a word that keyboards replaced: "thermal fillers".

    The words beside it say what was meant, since both stand together in a title or an introduction.
    """
    content = drop_stop_words(typed)
    unknown = [n for n, word in enumerate(content) if key_of(word) not in index.spellings]
    if len(unknown) > 1:
        return None
    best: tuple[tuple[float, float], str, dict[int, float]] | None = None
    for n in unknown or range(len(content)):
        keys = [key_of(word) for word in content]
        beside = {*keys[max(n - 1, 0) : n], *keys[n + 1 : n + 2]}
        for key in {key for pair in index.neighbors if not beside.isdisjoint(pair) for key in pair} - beside:
            errors = OSA.distance(keys[n], key)
            if len(key) < 3 or errors > (1 if len(key) < 6 else 2):
                continue
            meant = [*keys[:n], key, *keys[n + 1 :]]
            if scores := score(index, [get_groups(index, meant)]):
                fit = (-errors, max(scores.values()))
                if best is None or fit > best[0]:
                    best = (fit, spell(index, _Correction(errors, typed, [[one] for one in meant])), scores)
    return best[1:] if best else None


def get_corrections(index: "SearchIndex", typed: list[str], *, keeps_known: bool) -> list[_Correction]:
    """Return what may be meant, the fewest errors first, also with two words written as one."""
    joined = [[*typed[:n], typed[n] + typed[n + 1], *typed[n + 2 :]] for n in range(len(typed) - 1)]
    options = {
        word: get_options(index, word, keeps_known) for word in {*typed, *(word for row in joined for word in row)}
    }
    found = []
    for words in [typed, *joined]:
        for chosen in islice(product(*(options[word] for word in drop_stop_words(words))), MAX_CORRECTIONS):
            errors = sum(errors for errors, _keys in chosen) + (0 if words is typed else JOINED)
            found.append(_Correction(errors, words, [keys for _errors, keys in chosen]))
    return sorted(found, key=lambda correction: correction.errors)[:MAX_CORRECTIONS]


def get_options(index: "SearchIndex", word: str, keeps_known: bool) -> list[tuple[float, list[str]]]:
    """Return the keys that one word may mean, with the errors of each."""
    key = key_of(word)
    known = [(0.0, [key])] if key in index.spellings else []
    if known and keeps_known:
        return known
    pairs = [(SPLIT, list(pair)) for pair in split_in_two(key, index.neighbors)]
    candidates = [one for one in index.vocabulary.find_candidates(word) if not known or one[0] < 1][:MAX_CANDIDATES]
    return [*known, *pairs, *((errors, [found]) for errors, found in candidates)]


def spell(index: "SearchIndex", correction: _Correction) -> str:
    """Return the typed words with the corrected ones in their places."""
    remaining = iter(correction.keys)
    content = drop_stop_words(correction.typed)
    words = []
    for word in correction.typed:
        keys = next(remaining) if word in content else [key_of(word)]
        words += [word if key == key_of(word) else index.spell(key) for key in keys]
    return " ".join(words)
