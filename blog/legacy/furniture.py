"""Lines that belong to the website and not to an article, each recognised by its own words.

Only whole lines count, and only above or below the article: a sentence that mentions one of these is a sentence.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

CONTACT, HOURS, TEASER = "contact block", "opening hours", "teaser of another post"
SHARING, LINKS, FOOTER, MENU, FORM = "sharing buttons", "links to other posts", "page footer", "menu", "form"
IN_BLOCK = "among the page furniture"

_DAY = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?\.?"
    r"|week(?:day|end)s?|every ?day|daily|holidays?|today)"
)
_TIME = r"(?:\d{1,2}(?:[:.]\d{2})?\s*(?:[ap]\.?\s*m\.?)?|noon|midnight)"
_TO = r"(?:-|–|—|to|until|till|through|thru|and|&|,|/)"
_HOURS = rf"(?:{_TIME}(?:\s*{_TO}\s*{_TIME})+)"
_POST = r"(?:posts?|articles?|entry|entries|story|stories|reads?)"
_NETWORK = r"(?:facebook|twitter|instagram|pinterest|linkedin|youtube|tiktok|yelp|whatsapp|google\+?|reddit|tumblr|x)"
_MAIL_LIST = r"(?:(?:our|the) )?(?:e-?mail (?:list|updates?)|newsletter|mailing list|updates|blog|news)"
_COUNTRY = r"(?:,?\s*(?:usa?|united states(?: of america)?))?"
_THE_POST = r"(?:this|the)(?: (?:post|article|story|page|blog|entry))?"

# What opens a block of furniture: what follows belongs to it.
ANCHORS = {
    CONTACT: (
        r"contact(?: us| info(?:rmation)?| details)?|get in touch(?: with us)?|visit us|find us|reach us",
        r"(?:our )?locations?|(?:our )?address|drop us a line|where to find us|come (?:and )?see us",
    ),
    HOURS: (
        r"(?:our |business |opening |office |clinic |working |store )?hours(?: of operation)?"
        r"\s*(?:\((?:open|closed)[^)]*\))?",
    ),
    LINKS: (
        rf"(?:recent|related|latest|popular|similar|other|more|newer|older|featured|next|previous)(?: blog)? {_POST}",
        r"you (?:may|might) (?:also )?(?:like|enjoy|be interested in)(?: these)?|more from (?:the|our) blog|read next",
        r"keep reading|from (?:the|our) blog|recommended(?: for you)?",
    ),
    SHARING: (
        rf"share(?: {_THE_POST})?(?: (?:on|with|via)\b.{{0,40}})?",
        r"spread the (?:word|love)|follow us(?: on.{0,40})?|connect with us|let's connect",
        r"stay connected|social(?: media)?",
    ),
    FORM: (
        r"(?:leave|post|write|add) a (?:comment|reply|review)|comments?(?: \(\d+\))?|send us a message",
        rf"newsletter|subscribe(?: now)?|(?:join|subscribe to|sign up (?:for|to)) {_MAIL_LIST}.{{0,40}}",
    ),
}

# Labels, links and data. None of them ends like a sentence.
LABELS = {
    CONTACT: (
        r"(?:phone|tel(?:ephone)?|call(?: or text)?(?: us)?(?: (?:now|today))?(?: at)?|text(?: us)?"
        r"|mobile|cell|office|fax|ph|t|p|f)?"
        r"\s*[:.]?\s*(?:\+?1[-. ]?)?\(?\d{3}\)?[-–. ]*\d{3}[-–. ]*\d{4}(?:\s*(?:ext|x)\.?\s*\d+)?",
        r"(?:e-?mail(?: us)?(?: at)?\s*:?\s*)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
        r"(?:website\s*:?\s*)?(?:https?://|www\.)\S+",
        rf"(?:address\s*:\s*)?(?:[\w .'-]{{2,40}},\s*)?(?:ca|california)\.?,?\s+\d{{5}}(?:-\d{{4}})?{_COUNTRY}",
        rf"newport beach,?\s*(?:ca|california)?{_COUNTRY}",
        r"get directions?|(?:view|open|show|see)(?: (?:on|in))? (?:google )?maps?|directions",
        # A street is written with capitals: “10 minutes to drive” is none.
        r"(?-i:(?:Address\s*:\s*)?\d{1,6}\s+(?:(?:[A-Z][\w.'-]*|\d+(?:st|nd|rd|th)|[NSEW]\.?)\s+){1,5}"
        r"(?:Street|St|Avenue|Ave|Boulevard|Blvd|Road|Rd|Drive|Dr|Lane|Ln|Highway|Hwy|Parkway|Pkwy|Way|Court|Ct|Plaza|Place|Circle)\b\.?"
        r"(?:,?\s+(?:Suite|Ste|Unit|Floor|#)\.?\s*[\w-]+)?(?:,.{0,80})?)",
    ),
    HOURS: (
        rf"{_DAY}(?:\s*{_TO}\s*{_DAY})*\s*[:.–—-]?\s*(?:closed|open(?: 24 hours)?|by appointment(?: only)?|{_HOURS})"
        r"(?:\s*[,(]?\s*(?:closed|by appointment).{0,30})?",
        _HOURS,
        r"(?:we are |we're )?(?:currently )?(?:open|closed)(?: now| today)?"
        rf"\s*(?:[:·•|–-]?\s*{_TIME}(?:\s*{_TO}\s*{_TIME})?)?"
        r"(?: (?:until|till|opens|closes) .{0,30})?",
        r"by appointment only",
    ),
    LINKS: (
        r"(?:click (?:here )?to )?(?:read|view|see|learn) (?:more|(?:the )?(?:(?:full|whole) )?(?:post|article|story))",
        r"continue reading|full story|(?:previous|prev)\s*[/|]?\s*next",
        rf"(?:previous|next|older|newer|prev)(?: {_POST})?(?:\s*[:|]\s*.{{1,150}})?",
        r"(?:back|return|go back) to (?:the )?(?:blog|all posts|posts|home|articles|news)",
        rf"(?:view |see |show )?all(?: blog)? {_POST}|(?:view|see|show) all",
    ),
    FORM: (
        r"(?:\d+|no) comments?(?: yet)?",
        r"log ?in to (?:leave|post) a (?:comment|reply)|log ?in / (?:register|sign ?up)",
        r"attach files?(?: attachments? \(\d+\))?",
    ),
    FOOTER: (
        r"cookie (?:policy|settings|preferences|notice)|manage cookies|(?:accept|decline)(?: all)?(?: cookies)?",
        r"privacy(?: policy)?(?:\s*[|·&-]\s*.{0,60})?|terms(?: (?:and|&) conditions| of (?:use|service))?|disclaimer",
        r"accessibility(?: statement)?|site ?map|skip to (?:main )?content|(?:scroll|back) to top|oc beauty med ?spa",
    ),
    SHARING: (
        rf"(?:share|tweet|pin|like)(?: (?:this|it|on {_NETWORK}))+",
        rf"{_NETWORK}(?:\s*[|·,/]?\s*(?:{_NETWORK}|e-?mail))+",
    ),
}

# Sentences that the builders of such websites print on every page.
SENTENCES = {
    CONTACT: (
        r"better yet, (?:come )?see us in person",
        r"we love our (?:customers|clients|patients|guests|visitors), so (?:please )?feel free to .{3,40}"
        r" (?:during|in) .{3,30}",
    ),
    FORM: (
        r"this site is protected by recaptcha.{0,150}",
        r"get \d+% off .{0,60}newsletter|your e-?mail address will not be published.{0,80}",
    ),
    FOOTER: (
        r"copyright\s*(?:©|\(c\)|\d{4}|by\b).{0,120}|(?:©|\(c\)).{0,120}|.{0,80}\ball rights? reserved\b.{0,60}",
        r"(?:proudly )?powered by .{1,60}|(?:web ?site|web ?design|site|designed|built)(?: design(?:ed)?)? by .{1,60}",
        r"(?:this|our) (?:web)?site uses cookies.{0,300}|we use cookies.{0,300}",
        r"by (?:accepting|continuing).{0,60}(?:cookies|(?:web)?site).{0,200}",
    ),
}

# Single words of menus, buttons and form fields. They also occur as items of a list, so they prove nothing alone.
WEAK = {
    MENU: (
        r"home(?: ?page)?|about(?: us)?|(?:our )?services|treatments|(?:our )?blog|gallery|shop|store|faqs?|reviews",
        r"testimonials|pricing|specials|search|account|sign in|log ?in|log ?out|register|my account|cart|bookings",
        r"menu|more|our team",
        r"(?:book|schedule)(?: (?:now|online|an? (?:appointment|consultation)|appointment|consultation))?",
        r"careers|call (?:now|us)|free consultation",
    ),
    SHARING: (rf"{_NETWORK}|tweet|pin ?it|print|copy link|link copied|likes?",),
    FORM: (
        r"(?:your |first |last |full )?name\*?|(?:your )?(?:e-?mail(?: address)?|phone(?: number)?|message)\*?",
        r"subject\*?",
        r"send(?: message)?|submit|cancel|sign up|ok(?:ay)?|close|yes|no|reply",
    ),
}


@dataclass(frozen=True)
class Furniture:
    reason: str
    anchor: bool = False
    weak: bool = False


def _kinds(patterns: dict[str, tuple[str, ...]], **marks: bool) -> list[tuple[re.Pattern, Furniture]]:
    return [
        (re.compile("|".join(forms), re.IGNORECASE), Furniture(reason, **marks)) for reason, forms in patterns.items()
    ]


_SENTENCES = _kinds(SENTENCES)
_LABELS = _kinds(ANCHORS, anchor=True) + _kinds(LABELS) + _kinds(WEAK, weak=True)
_EDGES = ' \t.!:;,|·•*<>«»‹›←→↑↓…-–—»"“”'
_LISTED = re.compile(r"[•●▪■◦‣∙·*–—-]\s|\d+[.)]")
_FULL_STOP = re.compile(r"(?<!\b[ap]\.m)(?<!\b[ap]m)(?<!\bSt)(?<!\bAve)(?<!\bBlvd)(?<!\bRd)\.$", re.IGNORECASE)
LONGEST = 400


@lru_cache(maxsize=1024)
def recognise(text: str) -> Furniture | None:
    """What kind of furniture a whole line is, if any."""
    bare = text.strip(_EDGES).replace("’", "'") if len(text) <= LONGEST else ""
    if not bare:
        return None
    labels = [] if _FULL_STOP.search(text) else _LABELS
    for pattern, furniture in [*_SENTENCES, *labels]:
        if pattern.fullmatch(bare) and not (furniture.weak and _LISTED.match(text)):
            return furniture
    return None


# Written with a capital, so that a sentence that ends in “to read more” is none.
READ_MORE = re.compile(
    r"(?:^|(?<=[\s.…\]]))[\W_]*"
    r"(?:(?:Read|READ|Learn|LEARN|See|SEE) (?:[Mm]ore|MORE)|(?:Continue|CONTINUE) (?:[Rr]eading|READING)"
    r"|(?:Read|View|See) (?:the )?(?:[Ff]ull |[Ww]hole )?(?:[Pp]ost|[Aa]rticle|[Ss]tory)|Keep [Rr]eading)[\W_]*$"
)


def is_read_more(text: str) -> bool:
    match = READ_MORE.search(text)
    return match is not None and match.start() == 0


def ends_with_read_more(text: str) -> bool:
    return READ_MORE.search(text) is not None and not text.endswith((".", "!", "?"))
