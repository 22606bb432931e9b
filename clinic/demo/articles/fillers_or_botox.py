from clinic.demo.body import call_to_action, caution, price_table, questions, text
from clinic.demo.shapes import Article
from clinic.demo.treatments.lines import FOREHEAD, FROWN
from clinic.demo.treatments.volume import FILLERS, LIPS

ARTICLE = Article(
    slug="difference-between-botox-and-fillers",
    title="What is the difference between Botox and fillers?",
    seo_title="The Difference Between Botox and Fillers",
    search_description=(
        "Botox calms a muscle, filler adds volume. How to tell which suits a line, how long each lasts, what can go "
        "wrong, and when neither helps."
    ),
    listing_summary="One calms a muscle, the other adds volume. A simple test in the mirror tells them apart.",
    picture="article-fillers-or-botox",
    author="jordan",
    categories=("Injectables", "Patient Guide"),
    days_ago=88,
    keywords=("difference between botox and fillers", "botox fillers", "Best Dermal fillers", "benefits of botox"),
    treatments=("dermal-fillers", "botox-frown-lines", "botox-dimpled-chin"),
    intro="""
Both come in a syringe, and both are used on faces. That is nearly all they share. Knowing the difference saves you
money, and sometimes it saves you a treatment.
""",
    body=(
        text("""
<h2>How do they work?</h2>
<p><b>Botox</b> is a medicine. It weakens a muscle for some months. Lines that come from movement become softer, because
the skin is folded less. It adds nothing and fills nothing.</p>
<p><b>Filler</b> is a gel, in our clinic one of hyaluronic acid. It adds volume where it is placed. It can lift a fold
or give a lip its border back. It does nothing to a muscle.</p>
<h2>Which one suits which line?</h2>
<p>Stand in front of a mirror in daylight. Look at the line that bothers you and keep your face still. Then move: frown,
smile, raise your brows.</p>
<ul>
<li>If the line comes with the movement and goes when you rest, its cause is a muscle. Botox may help.</li>
<li>If it stays just as it is, volume may be missing. Filler may help.</li>
<li>If it is there at rest and grows with movement, both play a part. We usually begin with one and look again.</li>
<li>If the skin is loose, rough or spotted, neither is the answer. Sun protection, skin care or
<a href="page:laser-treatments">laser</a> come closer.</li>
</ul>
<p>The test is a start. It does not replace a pair of trained eyes, and some lines surprise us, too.</p>
"""),
        price_table(
            "Side by side, with example prices",
            ("Botox, frown lines", FROWN.price, "Full effect in about two weeks, lasts about 3–4 months"),
            ("Botox, forehead with frown area", FOREHEAD.price, "Lasts about 3–4 months"),
            ("Dermal filler, one syringe", FILLERS.price, "At once, lasts about 6–18 months"),
            ("Lip filler, one syringe", LIPS.price, "At once, lasts about 6–12 months"),
            footnote="Example prices of a demonstration clinic. Your written plan names the price before you decide.",
        ),
        text("""
<h2>What can go wrong?</h2>
<p>With Botox: a bruise, a headache, a drooping lid or a heavy brow for some weeks. Too much of it can make a face
still. The rare serious risk is that the effect spreads to muscles for swallowing and breathing.</p>
<p>With filler: swelling and bruises for days, lumps, a shape you do not like. Infections and late swellings are
uncommon. The rare serious risk is a blocked blood vessel.</p>
"""),
        caution(
            "Know these signs",
            """
<ul>
<li><b>After Botox:</b> trouble swallowing, speaking or breathing, hours to weeks later. Call 911.</li>
<li><b>After filler:</b> a change in your sight, weakness or trouble speaking. Call 911.</li>
<li><b>After filler:</b> growing pain, or skin that turns white, gray or blotchy. Call us at once. When we are
closed, go to an emergency room and say that you had filler.</li>
</ul>
""",
        ),
        text("""
<h2>Can either be undone?</h2>
<p>Hyaluronic acid can usually be dissolved with an enzyme called hyaluronidase. This has its own risks, and it may take
more than one visit. Botox cannot be taken back. It wears off by itself. If a result is slightly off, a small second
dose can sometimes even it out.</p>
<h2>What about having both?</h2>
<p>It is common, and it can be sensible. We prefer to keep the two apart by about two weeks. Botox comes first. Once a
muscle pulls less, there is often less to fill, and now and then nothing at all.</p>
<p>There is no discount for doing everything in one day, and there should be no hurry. A face that changes in small
steps gives you time to notice whether you like where it goes.</p>
<h2>Where do we say no?</h2>
<p>We do not put filler between the brows or into the nose, because vessels there connect to the eye. We do not treat
under 18, and fillers are approved from 22. We do not refill a face that is full. And we tell you when the thing you
dislike is better answered by a dermatologist, a dentist or a surgeon, or by nobody.</p>
"""),
        questions(
            "Asked often",
            (
                "Which one looks more natural?",
                "<p>Either can, in small amounts. Either can look odd, in large ones.</p>",
            ),
            (
                "Which one is safer?",
                "<p>They have different risks. Serious ones are rare with both. What matters is "
                "a trained person, an approved product and a clinic that knows what to do if something goes "
                "wrong.</p>",
            ),
            (
                "What if I choose neither?",
                "<p>Then your face ages as faces do. There is no medical reason for either of them.</p>",
            ),
        ),
        call_to_action(
            "Bring your mirror question",
            "Tell us which line bothers you. We tell you which of the two could help, or that neither will.",
        ),
    ),
    sources="""
<ul>
<li>FDA: Dermal Fillers (Soft Tissue Fillers), <a href="https://www.fda.gov/">fda.gov</a></li>
<li>BOTOX Cosmetic (onabotulinumtoxinA), US prescribing information and Medication Guide, AbbVie</li>
</ul>
""",
)
