"""Volume and lips: fillers of hyaluronic acid."""

from clinic.demo.shapes import Treatment

AREA = "volume-and-lips"

NOT_FOR = """
<li>The skin there is infected or inflamed, or you have a cold sore.</li>
<li>You have had a severe allergic reaction to a filler, to lidocaine, or to proteins of certain bacteria used in making
the gel. Then we do not use it.</li>
<li>You have a bleeding disorder, or take blood thinners. Do not stop a medicine on your own; ask the doctor who
prescribed it.</li>
<li>You have an autoimmune disease, take medicine that weakens the immune system, or form thick scars. We discuss it
first.</li>
<li>You are pregnant or breastfeeding. Too little is known, so we wait. The FDA approves fillers for adults of 22 and
older.</li>
"""

BLOCKED_VESSEL = """
<p><b>Rare but serious:</b> filler can get into a blood vessel and block it. Skin can die, and very rarely people have
lost sight or had a stroke. Call us <b>at once</b> for pain that grows, or skin that turns white, gray or blotchy. When
we are closed, go to an emergency room and say that you had filler. <b>Call 911</b> for any change of sight, weakness,
trouble speaking or confusion. An enzyme, hyaluronidase, can dissolve this gel. It has to be given fast, and it cannot
undo every harm.</p>
"""

SOURCES = """
<ul>
<li>FDA: Dermal Fillers (Soft Tissue Fillers), <a href="https://www.fda.gov/">fda.gov</a></li>
<li>American Academy of Dermatology, patient pages on fillers, <a href="https://www.aad.org/">aad.org</a></li>
</ul>
"""

FILLERS = Treatment(
    slug="dermal-fillers",
    title="Dermal fillers",
    seo_title="Dermal Fillers in Newport Beach, Orange County",
    search_description=(
        "Hyaluronic acid fillers for cheeks, folds and chin: what they can do, how long they last, the rare serious "
        "risks, and when to do less."
    ),
    listing_summary="Hyaluronic acid for hollows and folds. We explain the rare risks before we talk about shape.",
    picture="dermal-fillers",
    area=AREA,
    keywords=(
        "Best Dermal fillers",
        "botox fillers",
        "difference between botox and fillers",
        "Med Spa in OC",
        "Orange County Med Spa",
    ),
    introduction="""
Fillers are gels that replace some of the volume a face loses with time. Used sparingly they can soften a fold or a
hollow. Used freely they change a face. We prefer the first.
""",
    duration="45–60 minutes",
    price_from=650,
    price_note="Example price per syringe",
    downtime="Swelling or bruising for a few days, at times two weeks",
    results_show="At once, though swelling hides it; judge it after two to four weeks",
    results_last="About 6–18 months, depending on product and place",
    how_often="When it has faded and you miss it; often once a year or less",
    what_it_is="""
<p>We use fillers of hyaluronic acid, a sugar that your own skin contains as well. As a gel it holds water and adds
volume where it is placed: cheeks, the folds beside nose and mouth, or the chin. The body breaks it down slowly.</p>
<p>Each product is approved for certain places. If we suggest another place, we tell you that it is off-label. We do not
inject filler between the brows or into the nose, because the risk for blood vessels is higher there.</p>
""",
    who_it_suits="""
<ul>
<li>Adults who have lost volume and would like a little of it back.</li>
<li>People with folds that stay when the face is at rest. Lines that only come with movement are more a matter for
<a href="page:botox-forehead-lines">Botox</a>.</li>
<li>People who can plan two quiet weeks before a big event.</li>
</ul>
""",
    who_should_not=f"""
<ul>
<li>Your skin is loose rather than hollow. Filler cannot lift it without looking heavy.</li>
<li>You have dental work or a vaccination within two weeks before or after. Choose another date.</li>
{NOT_FOR}
</ul>
""",
    how_it_goes=(
        (
            "We look at the whole face",
            "From the front and the side, in good light, at rest and in motion. We take "
            "pictures for your file if you agree.",
        ),
        (
            "We name the risks first",
            "You hear what can go wrong and how we would treat it. We keep hyaluronidase at "
            "hand for every filler visit.",
        ),
        ("Numbing and cleaning", "A cream or a gel with a local anesthetic makes it easier to bear."),
        (
            "Small amounts, slowly",
            "With a needle or a blunt cannula. We watch the color of your skin and ask how you feel.",
        ),
        ("Less, then look again", "We often stop before the syringe is empty and see you again after some weeks."),
    ),
    afterwards="""
<ul>
<li>Swelling is strongest on the second day. Small lumps that you can feel often settle within two weeks.</li>
<li>Cool gently. No hard exercise, alcohol, sauna or facial massage for one to two days.</li>
<li>Do not press or shape the area yourself unless we ask you to.</li>
<li>We contact you the day after. Call us before that for anything that worries you.</li>
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: swelling, bruising, redness, tenderness, itching.</li>
<li>Less common: lumps, a bluish tint, a difference between left and right, cold sores that return.</li>
<li>Uncommon: infection, or firm swellings weeks to months later, sometimes after an illness or dental work.</li>
</ul>
{BLOCKED_VESSEL}
""",
    alternatives="""
<p>Botox relaxes muscles and adds no volume; our article on
<a href="page:difference-between-botox-and-fillers">the difference between the two</a> compares them. For loose skin a
plastic surgeon can tell you about operations. Good skin care improves the surface. Leaving your face as it is has no
side effects.</p>
""",
    questions=(
        (
            "Can filler be removed?",
            "<p>Hyaluronic acid can be dissolved with an enzyme, hyaluronidase. It may take more than one visit, it "
            "can cause an allergic reaction, and for many reasons to remove filler its use is off-label. Other kinds "
            "of filler cannot be dissolved.</p>",
        ),
        (
            "How many syringes will I need?",
            "<p>Fewer than you may have read. A syringe holds about a fifth of a teaspoon. We start with one, and "
            "sometimes we advise none.</p>",
        ),
        (
            "Is filler gone when it has worn off?",
            "<p>Mostly. Scans have shown traces for years in some people. It is one more reason to use little.</p>",
        ),
        (
            "May I use a needle-free pen at home?",
            "<p>Please do not. The FDA warns against such devices: they cannot control where the filler goes, and "
            "people have been harmed.</p>",
        ),
    ),
    sources=SOURCES,
)

LIPS = Treatment(
    slug="lip-fillers",
    title="Lip fillers",
    seo_title="Lip Fillers in OC: Newport Beach, by Consultation",
    search_description=(
        "Lip filler with hyaluronic acid: natural amounts, swelling in the first days, the warning signs to know, "
        "example price and alternatives."
    ),
    listing_summary="A little definition or fullness, in steps. Expect swollen days before you judge it.",
    picture="lip-fillers",
    area=AREA,
    keywords=("Lip fillers in oc", "Best Dermal fillers", "Beauty Spa in OC", "botox fillers"),
    introduction="""
Lip filler can give back a border that has faded, or add a little fullness. Lips swell easily, so the first days look
like too much. We work in small steps for that reason.
""",
    duration="45 minutes",
    price_from=600,
    price_note="Example price per syringe; half a syringe on request",
    downtime="Swelling for 2–5 days, bruises up to two weeks",
    results_show="At once with swelling; the true shape after two to four weeks",
    results_last="About 6–12 months",
    how_often="When it has faded and you want it again, at most once or twice a year",
    what_it_is="""
<p>A soft gel of hyaluronic acid is placed into the lip or along its border. Hyaluronic acid is a sugar that skin
contains by nature. The lips move all day, so the gel fades sooner here than elsewhere.</p>
<p>Several of these products are approved for the lips in adults. We show you the box and the leaflet of the one we
use, and note its number in your file.</p>
""",
    who_it_suits="""
<ul>
<li>Adults who want a subtle change and know which: border, balance or volume.</li>
<li>People whose lips have thinned with time.</li>
<li>People who can stay out of pictures for a week.</li>
</ul>
""",
    who_should_not="""
<ul>
<li>You have a cold sore, or had one in the past weeks. If you tend to get them, a medicine beforehand can help.</li>
<li>You hope for the lips of somebody else. Your own teeth and bones set the limits.</li>
<li>You had permanent filler or implants in the lips.</li>
"""
    + NOT_FOR
    + """
</ul>
""",
    how_it_goes=(
        (
            "You show us what you mean",
            "Bring a picture of yourself from some years ago. It says more than one of a stranger.",
        ),
        ("We agree on a limit", "How much at most, and what we will not do. We write it down."),
        ("Numbing", "A cream for about 20 minutes. The gel holds a local anesthetic, too."),
        ("Filler in tiny portions", "We pause, let you look into a mirror, and check the color of the skin."),
        ("A second look", "After two to four weeks. More is added only then, if you both want and need it."),
    ),
    afterwards="""
<ul>
<li>Eat and drink carefully until the numbness is gone. Avoid hot drinks until then.</li>
<li>Cool with a clean cloth. Sleep with your head raised for a night or two.</li>
<li>No kissing, lipstick, straws or massage on the first day. No hard exercise or sauna for one to two days.</li>
<li>We contact you the day after. Please answer, even when all is well.</li>
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: swelling, bruising, soreness, lips that feel firm.</li>
<li>Less common: lumps, a difference between the sides, filler that moves above the border, a cold sore.</li>
<li>Uncommon: infection or late swelling, sometimes months after.</li>
</ul>
{BLOCKED_VESSEL}
""",
    alternatives="""
<p>A lip liner and balm with sunscreen cost little and risk nothing. If lines around the mouth trouble you,
<a href="page:laser-treatments">laser treatment</a> of the skin may suit the cause better. If you are not sure, wait a
season. Your lips will not mind.</p>
""",
    questions=(
        (
            "How do I avoid looking overfilled?",
            "<p>Start with half a syringe, wait a month, and do not refill by the calendar. We say no when we think "
            "that it is enough.</p>",
        ),
        (
            "What if I do not like it?",
            "<p>Wait until the swelling has gone. If you still dislike it, the gel can be dissolved in most cases. "
            "That has risks of its own, which we explain.</p>",
        ),
        (
            "Does it hurt?",
            "<p>Lips are sensitive. With numbing most people describe pressure and a few sharp moments.</p>",
        ),
        (
            "When must I call at once?",
            "<p>For growing pain, white or blotchy skin on the lip or around it, or anything with your eyes. For your "
            "sight, call 911 first.</p>",
        ),
    ),
    sources=SOURCES,
)

TREATMENTS = (FILLERS, LIPS)
