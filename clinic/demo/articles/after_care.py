from clinic.demo.body import call_to_action, caution, questions, steps, text
from clinic.demo.shapes import Article

ARTICLE = Article(
    slug="the-first-two-days-after-injections",
    title="What should you do in the first two days after injections?",
    seo_title="The First Two Days After Botox or Filler",
    search_description=(
        "After Botox or filler: what is normal, what to leave alone, when to call us and when to call 911. A short "
        "list for your fridge door."
    ),
    listing_summary="What is normal, what to leave alone, when to call us, and when to call 911.",
    picture="article-after-care",
    author="jordan",
    categories=("Patient Guide", "Injectables"),
    days_ago=395,
    keywords=("Botox treatments", "botox fillers", "Best Dermal fillers", "Med Spa in OC"),
    treatments=("lip-fillers", "dermal-fillers", "botox-bunny-lines"),
    intro="""
You are home, the mirror is close, and every bump looks important. Most of what you see in the first two days is normal.
A few things are not. This page helps you tell them apart.
""",
    body=(
        text("""
<h2>What is normal after Botox?</h2>
<ul>
<li>Small bumps at each point, gone within an hour or two.</li>
<li>A dot of blood, a small bruise, a tender spot.</li>
<li>A mild headache for a day or two.</li>
<li>No effect yet. It begins within days and is complete after about two weeks.</li>
<li>One side that starts before the other. Wait for day 14 before you judge.</li>
</ul>
<h2>What is normal after filler?</h2>
<ul>
<li>Swelling that is strongest on the second morning, above all in the lips.</li>
<li>Bruises, which turn yellow and fade within one to two weeks.</li>
<li>Firm spots that you can feel and others cannot see. Many soften within two weeks.</li>
<li>Tenderness when you touch it. Pain that grows is <b>not</b> normal.</li>
</ul>
"""),
        caution(
            "When to call 911",
            """
<ul>
<li>After Botox, at any time in the following weeks: trouble swallowing, speaking or breathing.</li>
<li>After filler: a change in your sight, weakness on one side, trouble speaking, confusion.</li>
<li>After either: swelling of tongue or throat, hives with trouble breathing, fainting.</li>
</ul>
<p>Say which product you had. It is on the card we gave you. Tell us afterwards.</p>
""",
        ),
        caution(
            "When to call us at once",
            """
<ul>
<li>After filler: pain that grows, or skin that turns white, gray, blotchy or cold. Minutes count.</li>
<li>After Botox: double or blurred vision, a drooping lid, a change of voice, weakness away from the treated place.</li>
<li>After either: redness that spreads, heat, pus or fever.</li>
</ul>
<p>When we are closed, do not wait for the morning. Go to an emergency room.</p>
""",
        ),
        steps(
            "The first day, hour by hour",
            (
                "On the way home",
                "You may drive if you feel well and see clearly. Keep upright for about four hours after Botox.",
            ),
            (
                "The first evening",
                "Do not rub, press or massage. After lip filler, wait with food and hot drinks until "
                "you can feel your lips again.",
            ),
            ("The first night", "After filler, raise your head with a second pillow. After Botox, sleep as you like."),
            ("The next day", "We contact you and ask how you are. Tell us about small things as well."),
            ("The second day", "Walking is fine, exercise again if nothing throbs. Makeup is fine on closed skin."),
        ),
        text("""
<h2>What should you leave alone?</h2>
<p>For a day after Botox, and one to two days after filler: hard exercise, sauna, hot tubs, alcohol, facials, and lying
face down on a massage table. Heat and pressure add to swelling and bruises. For two weeks after filler, keep away from
the dentist unless it is urgent.</p>
<p>For pain, acetaminophen is usually a good choice if you tolerate it. Aspirin, ibuprofen and naproxen can add to
bruises. <b>If a doctor has prescribed you aspirin or another blood thinner, keep taking it.</b></p>
<h2>How do you treat a bruise?</h2>
<p>Cool it gently in the first hours, ten minutes at a time, with a cloth between skin and ice. Then leave it. Makeup
hides the rest. Arnica is popular, and the evidence for it is thin. A bruise in one place does not mean that anything
went wrong. The needle met a small vessel.</p>
<h2>What if you do not like the result?</h2>
<p>Wait, if nothing is urgent. Botox needs two weeks to settle, filler two to four. Then come and show us. Sometimes a
small correction helps. Sometimes the honest answer is that it has to wear off, and for filler of hyaluronic acid that
it can be dissolved. We listen if you are unhappy. A complaint goes on top of the
pile.</p>
<h2>Why do we contact you the next day?</h2>
<p>Because people hesitate to call. You should not have to wonder whether a lump is worth a phone call. So we ask
everybody, after every treatment, and your file stays open on our desk until you say that all is well.</p>
<p>Each treatment has its own list, for example <a href="page:botox-frown-lines">frown lines</a>,
<a href="page:dermal-fillers">dermal fillers</a> and <a href="page:lip-fillers">lip fillers</a>.</p>
"""),
        questions(
            "Asked on the phone",
            ("May I wash my face?", "<p>Yes, gently, with lukewarm water and clean hands.</p>"),
            (
                "May I fly?",
                "<p>After Botox usually the next day. After filler we prefer two or three days, so that "
                "you are near us if something comes up.</p>",
            ),
            ("Can I wear contact lenses?", "<p>Yes, if you put them in without pulling at the treated skin.</p>"),
            (
                "I slept on my face. Is that bad?",
                "<p>Probably not. Look at it in daylight, and call us if you are in doubt.</p>",
            ),
        ),
        call_to_action(
            "Something worries you?",
            "Call us, or come by during opening hours. You need no appointment.",
            button="How to reach us",
            page="contact",
        ),
    ),
    sources="""
<ul>
<li>BOTOX Cosmetic (onabotulinumtoxinA), US prescribing information and Medication Guide, AbbVie</li>
<li>FDA: Dermal Fillers (Soft Tissue Fillers), <a href="https://www.fda.gov/">fda.gov</a></li>
</ul>
""",
)
