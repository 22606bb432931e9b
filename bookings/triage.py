"""Read how urgent a complaint is from its words. Pure.

A patient may be in danger after an injection when the toxin has spread, when a filler blocks a vessel, or when they are
allergic to something. Words of danger count even where they are denied: a call too many harms nobody. The words of
danger come from the boxed warning and the package leaflets of botulinum toxin, and from what patients are told to
watch for after fillers and lasers.
"""

import re
import unicodedata

CALL_NOW, CLINICAL, SERVICE = "call_now", "clinical", "service"
FROM_MILD_TO_BAD = (SERVICE, CLINICAL, CALL_NOW)

UNABLE = (
    r"(?:can ?n?o?t|could ?n ?o?t|unable|not able|hard|harder|difficult|difficulty|difficulties|trouble"
    r"|problems?|struggl\w+|barely|hardly|no puedo)"
)
# What somebody does not see who complains of the result or of a page.
NOT_SIGHT = (
    r"(?! (?:(?:a|an|any|the|my|much|no|your|this|real) ){0,2}(?:\w+ )?"
    r"(?:results?|differences?|improvements?|changes?|effects?|point|reason|why|appointments?|invoice|receipt|prices?"
    r"|bill|website|page|how|doctor|dr|nurse|you|anyone|someone)\b)"
)
FACE = r"(?:face|mouth|smile|cheek|one side)"
PART = (
    r"(?:skin|lips?|nose|nostril|tip|forehead|brow|temple|cheeks?|chin|jaw|face|ear|fingers?|hand|eyes?|area|spot|patch"
    r"|injection site)"
)
LIMB = r"(?:arms?|legs?|hands?|neck|head|body|side|muscles?|face|foot|feet|fingers?)"
PALE = (
    r"(?:white|whitish|blue|bluish|blueish|gr[ae]y|gr[ae]yish|black|blackish|pale|dusky|mottled|purple|purplish"
    r"|ashen)"
)
WORST = (
    r"(?:severe|unbearable|excruciating|extreme|extremely|intense|worst|agonizing|terrible|horrible|crushing|stabbing"
    r"|insane|10 10|10 out of 10)"
)

SIGNS_OF_DANGER = (
    # Breath and throat. Long stems count inside words that were typed without a space.
    r"br(?:ea|ee|e|ae|eaht)th(?!take|taking)|breahte?|brethe|\bbeathing|\bbreat(?:e|ing)\b|\bwheez|\bgasp"
    r"|\bchok(?:e|ing)"
    r"|suffocat|\bout of air|\b(?:no|enough|get|getting|for) air\b|sw[ao]l{1,3}o?w(?!en|ing up)|\bswall?[ou]|\bgulp"
    r"|\bthr?oat|\bthorat|\bthraot|\bthrote|\btongue|\btounge|\btoung\b|\bdrool",
    # Sight.
    rf"\b{UNABLE} (?:\w+ ){{0,3}}?se(?:e|eing)\b{NOT_SIGHT}|\bsee(?:ing)? (?:\w+ )?(?:double|nothing|black|spots|stars)"
    r"|\bvis(?:i|s)on\b|\bvission|\bvisual (?:disturb|problem|loss|field)|\beye ?sight|\b(?:lost|losing|lose"
    r"|loss of) (?:\w+ ){0,2}sight|\bblind"
    r"|\bblur|\bblury|\bdouble vis"
    rf"|\beyes? (?:\w+ ){{0,3}}(?:shut|black|dark)\b|\b{UNABLE} (?:to )?(?:open|close|move) (?:\w+ ){{0,2}}eye|\bpupil",
    # Speech, face and muscles: the toxin has spread, or a stroke.
    rf"\bslur|\bhoarse|\b(?:lost|losing|lose|loss of) (?:\w+ )?voice|\bvoice (?:is |has |was )?(?:gone|weak|changed)"
    rf"|\b{UNABLE} (?:to )?(?:speak|talk)(?:ing)?\b(?! to| with)|\bstroke\b"
    rf"|\b{FACE} (?:\w+ ){{0,4}}(?:droop|drop|hang|crooked|lopsided|paraly|numb|slid)"
    rf"|\b(?:droop|hang|dropp|crooked|lopsided)\w* (?:\w+ ){{0,2}}{FACE}\b"
    rf"|\b{LIMB} (?:\w+ ){{0,4}}(?:weak|paraly|numb|limp)|\b(?:numb|weak|limp)\w* (?:\w+ ){{0,3}}(?:arm|leg|hand|side)"
    r"|\bweakness|\bparaly[sz]|\bparalis"
    rf"|\b{UNABLE} (?:to )?(?:move|feel|lift|raise|walk|hold|stand up|wake)\b (?:\w+ ){{0,3}}?"
    r"(?:arms?|legs?|hands?|head|face|neck|body|anything|up|properly|straight|side|lips?|mouth|cup)\b|\bcan ?n?o?t walk"
    r"|\bseizure|\bsiezure|\bconvuls|\bconfused|\bconfusion|\bdisorient|\bbladder|\bincontinen",
    # A blocked vessel: the skin loses its color.
    rf"\b(?:turn|turned|turning|turns|went|going|gone|goes|got|getting|became|becoming) (?:\w+ ){{0,2}}{PALE}\b"
    rf"|\b{PART} (?:is |are |looks? |was |has |have |been |all |so |very |completely |totally |a bit |kind of ){{0,4}}"
    rf"(?:white|whitish|blue|bluish|gr[ae]y|gr[ae]yish|black|pale|dusky|ashen|cold)\b"
    r"|\b(?:white|blue|gr[ae]y|black|pale) (?:\w+ )?(?:patch|spot|area|skin|lip|nose|tip|blotch)|\bblanch|\bmottl"
    r"|\bdusky|\bmarbl|\b(?:lace|lacy|lacelike|net) ?(?:like|pattern)|\bnecro|\bocclu|\bvascular|\b(?:skin|tissue)"
    r" (?:\w+ )?(?:dying|dead|died)|\bcold to the touch",
    # An allergic reaction, the heart, and losing consciousness.
    r"\bal{1,2}erg|\banaph|\banafil|\bhives\b|\bepi ?pen|\bchest|\bheart (?:\w+ ){0,3}(?:rac|pound|beat|flutter"
    r"|skip|stop"
    r"|attack|pain|hurt|fast|irregular|rate)|\b(?:racing|pounding|fast) heart|\bpalpitat|\bpulse\b"
    r"|\bfaint(?:ed|ing)\b|\b(?:feel|feels|felt|feeling|almost|nearly|going to|gonna) faint\b|\bpass(?:ed|ing)? out"
    r"|\bblack(?:ed|ing)? ?out|\bcollaps|\bunconscious|\bunconcious|\bunresponsive|\bdizz|\bdizy|\blight ?headed",
    # An infection, bleeding and pain beyond what is usual.
    r"\bfever|\bfeaver|\bfiever|\btemperature|\btemp of|\bchills\b|\bshiver|\bsepsis|\bseptic|\bred streak"
    r"|\bredness (?:\w+ ){0,3}spread|\bspreading (?:\w+ )?redness"
    r"|\b(?:wont|will not|doesnt|does not|didnt|cant|cannot|not) (?:\w+ )?stop(?:ped|ping)? (?:\w+ )?bleed"
    r"|\bbleed\w* (?:\w+ ){0,4}(?:stop|heav|lot|everywhere|hours|profuse|non ?stop|through)|\b(?:lots?|pools?) of blood"
    r"|\bblood everywhere|\bha?emor{1,2}h?ag"
    rf"|\b{WORST} (?:\w+ ){{0,2}}(?:pain|ache|aching|headache|migraine)|\bpain\w* (?:\w+ ){{0,3}}{WORST}\b"
    rf"|\b(?:headache|migraine) (?:\w+ ){{0,3}}{WORST}\b|\bin agony",
    # The patient calls it an emergency, or speaks of dying.
    r"\bemergenc|\bemergancy|\b911\b|\bambulance|\bambulence|\bhospital|\bhospitol|\burgent care|\bthe e ?r\b"
    r"|\bparamedic"
    r"|\bdying\b|\bgoing to die|\bgonna die|\bsuicid|\bkill myself|\bend my life|\b(?:hurt|harm) myself"
    r"|\b(?:dont|do not) want to live|\boverdos",
    # Spanish, which many patients of the clinic speak.
    r"\brespir|\btragar|\bahog|\bno (?:puedo )?ve[ro]?\b|\bborros|\bpecho\b|\bfiebre|\bdesmay|\bgarganta|\blengua"
    r"|\burgencia|\bemergencia|\balergi|\bdebilidad",
)
URGENT = re.compile("|".join(SIGNS_OF_DANGER))

# Words about the body or about what was done to it. With one of these, a clinician has to look.
MEDICAL = re.compile(
    r"\b(?:pain|ach(?:e|ing|es|y)\b|hurt|sore|tender|swell|swoll|puff|bruis|bump|lump|nodul|red\b|redness|reddish|rash"
    r"|itch|burn|blister|bleed|blood|infect|pus\b|ooz|scab|scar|crust|peel|numb|tingl|head|nause|vomit|throw(?:ing"
    r"|n)? up"
    r"|sick(?! of)|ill\b|unwell|not well|symptom|react|skin|face|facial|eye|lid|lash|lips?\b|nose|cheek|chin|jaw"
    r"|forehead"
    r"|brow|temple|neck|arms?\b|legs?\b|hands?\b|finger|foot|feet|breast|belly|stomach|bod(?:y|ies)\b|muscle|mouth"
    r"|teeth"
    r"|tooth|ears?\b|hair|scalp|vein|needle|inject|syringe|filler|botox|toxin|dysport|xeomin|juvederm|restylane|laser"
    r"|treatment|procedure|result|wrinkle|uneven|asymm|droop|hang|crooked|lopsided|worse|heal|medic(?!al record)|drug"
    r"|pill|cream|pregnan|sting|pinch|hardened|hardness|stiff|tight|tired(?! of)|sleep|sweat|spots?\b|marks\b|lines\b"
    r"|dent|hole|hollow|fold|side effect|drain|smell|dolor|duele|hinch|cara\b|ojo|piel|labio"
    r"|(?:feel|feels|feeling|felt)\b(?! (?:\w+ ){0,2}(?:ignored|cheated|overcharged|disrespected|rushed|ripped|robbed))"
    r"|treated(?! (?:me |us )?(?:\w+ )?(?:rude|bad|poor|unfair|unkind|like|with|disrespect|awful))"
    r"|(?<!invoice is )(?<!bill is )(?<!price is )(?<!amount is )wrong(?! (?:price|amount|bill|invoice|charge|total"
    r"|name|date|card)))"
)
# Words about how the clinic works. Any other complaint may be about the body, so it counts as medical.
ABOUT_SERVICE = re.compile(
    r"\b(?:rude|impolite|unfriendly|unprofessional|disrespect|attitude|ignored me|customer service|parking|parked|price"
    r"|pricing|expensive|invoice|bill(?:s|ed|ing)?\b|refund|charg|overcharg|deposit|money|payment|pay\b|paid|fee\b"
    r"|fees\b"
    r"|receipt|gift ?card|discount|coupon|credit card|insurance|waited|wait(?:ing)? (?:time|room)|kept (?:me "
    r"|us )?waiting"
    r"|reschedul|scheduling|receptionist|front desk|voice ?mail|website|web ?site|online form|newsletter|spam"
    r"|unsubscribe"
    r"|privacy|toilet|restroom|bathroom|music|noisy|noise|loud|dirty|coffee|elevator|wifi)"
)


def get_severity(text: str) -> str:
    """Return how urgent a complaint is.

    It is about the service only if its words say so, and none is about the body.
    """
    words = _fold(text)
    if URGENT.search(words):
        return CALL_NOW
    return SERVICE if ABOUT_SERVICE.search(words) and not MEDICAL.search(words) else CLINICAL


def get_worse(one: str, other: str) -> str:
    """Return the more urgent of two severities."""
    return max(one, other, key=lambda severity: FROM_MILD_TO_BAD.index(severity or SERVICE))


def _fold(text: str) -> str:
    """Return the words without case, accents, apostrophes, and characters that nobody sees."""
    text = re.sub(r"['’‘`´ʼ＇]", "", text.casefold())
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if unicodedata.category(letter) not in ("Mn", "Cf")
    )
    return re.sub(r"[^a-z0-9]+", " ", plain).strip()
