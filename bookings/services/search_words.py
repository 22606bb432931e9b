"""Write the words by which the desk finds a case."""

from bookings.contact_details import get_contact_words, get_words
from bookings.models import Case, SearchWord


def write_search_words(case: Case) -> None:
    """Replace the words of a saved case by those of its present contact details, message and notes.

    The caller holds the lock on the case. A note adds its words when its event is recorded.
    """
    notes = case.events.filter(data__has_key="note").values_list("data__note", flat=True)
    words = get_contact_words(case).union(*map(get_words, [case.message, *notes]))
    known = set(case.search_words.values_list("word", flat=True))
    if gone := known - words:
        case.search_words.filter(word__in=gone).delete()
    SearchWord.objects.add(case, words - known)
