from clinic.demo.body import call_to_action, note, questions, steps, text
from clinic.demo.shapes import Article

ARTICLE = Article(
    slug="sunscreen-the-treatment-you-do-yourself",
    title="Which sunscreen, how much, and when?",
    seo_title="Sunscreen in Southern California: Which, How Much",
    search_description=(
        "How to choose a sunscreen you will really use, how much to apply, what it does for lines, spots and scars, "
        "and what it cannot do."
    ),
    listing_summary="The treatment you do yourself each morning. How to choose it, and how much is enough.",
    picture="article-sun",
    author="priya",
    categories=("Skin Care",),
    days_ago=291,
    keywords=("skin medical spa", "face spa", "Beauty Spa in OC", "beauty med spa"),
    treatments=("facials-and-skin-care", "laser-treatments"),
    intro="""
If we could give you only one piece of advice, it would be this one. Sunscreen slows lines and spots, protects fresh
scars, and lowers the risk of skin cancer. We do not earn anything by it.
""",
    body=(
        text("""
<h2>What does the sun do to skin?</h2>
<p>Two kinds of rays matter. UVB burns, and it is strongest around noon and in summer. UVA goes deeper, comes through
clouds and window glass, and is there all year. It breaks down the fibers that keep skin firm, and it feeds brown spots.
Both can cause skin cancer.</p>
<p>A tan is the answer of skin that has been injured. It protects about as well as a very weak sunscreen.</p>
<h2>What should it say on the bottle?</h2>
<ul>
<li><b>SPF 30 or more.</b> SPF tells you about UVB. The step from 30 to 50 is small; the amount you use matters
more.</li>
<li><b>Broad spectrum.</b> It means that UVA is covered as well.</li>
<li><b>Water resistant,</b> if you swim or sweat. The label says for 40 or for 80 minutes.</li>
</ul>
<p>Mineral filters, zinc oxide and titanium dioxide, are gentle to most skin and can leave a white film. Tinted ones
hide the film, and their iron oxides also hold back visible light, which helps with melasma. Other filters spread more
easily and can sting around the eyes. The right one is the one that you like enough to use every day.</p>
"""),
        steps(
            "How do you put it on?",
            (
                "Enough",
                "Two fingers’ length for face, ears and neck. About a shot glass for the whole body. Most people "
                "use half, and get much less than the number on the bottle.",
            ),
            ("Early", "Fifteen minutes before you go out. In the morning routine it comes last, before makeup."),
            ("Again", "Every two hours outdoors, and after swimming, sweating or a towel."),
            ("Everywhere", "Ears, lips, the back of the hands, the parting of your hair, the neck."),
        ),
        note(
            "Sunscreen is the last line",
            """
<p>Shade comes first, above all from ten to four. Then a hat with a brim, sunglasses, and long sleeves. Sunscreen covers
what is left.</p>
""",
        ),
        text("""
<h2>What does it do for treated skin?</h2>
<p>After laser, a peel or microneedling, skin has less protection of its own. Sun in those weeks can leave dark marks
that outlast the thing we treated. For at least four weeks you need a hat and a broad-spectrum sunscreen every day, and
longer if you tan easily. New scars of any kind stay darker if they see the sun in their first year.</p>
<p>After Botox or filler the sun does no special harm. It goes on making lines, though, and undoes in summer what you
paid for in spring.</p>
<h2>Do you need it if your skin is dark?</h2>
<p>Dark skin burns later, and its risk of skin cancer is lower. Marks and melasma are more common, and sun makes both
worse. Skin cancer is also found later, often on palms, soles and under nails, so look there now and then. A tinted
sunscreen is often the most pleasant one.</p>
<h2>What can sunscreen not do?</h2>
<p>It does not make a day at the beach harmless. It does not erase lines that are there. It does not replace having a
strange spot examined. If a mole is new, grows, bleeds, itches or looks different from the others, see a dermatologist
soon.</p>
<h2>Are there drawbacks?</h2>
<p>Some people get a rash or pimples from a product, and another one usually suits them. Some filters are taken up
through the skin in small amounts. The FDA has asked for more data on those; it has not told people to stop. If that
troubles you, mineral filters are a good choice. Babies under six months belong in the shade, with clothes, not with
sunscreen.</p>
"""),
        questions(
            "Small questions",
            ("Do I need it indoors?", "<p>If you sit at a window for hours, on the face yes. UVA passes glass.</p>"),
            ("Is the SPF in my makeup enough?", "<p>Hardly ever, because nobody wears that much makeup.</p>"),
            (
                "Will I lack vitamin D?",
                "<p>Most people who use sunscreen do not. If you worry, your doctor can "
                "measure it. Food or a tablet is a better source than a burn.</p>",
            ),
            (
                "Does it go out of date?",
                "<p>Yes. Look at the date, and throw out a bottle that spent a summer in the car.</p>",
            ),
        ),
        text("""
<p>At a <a href="page:facials-and-skin-care">facial</a> we look at what you use, and you go home with a routine of a few
steps on paper. You may buy the products wherever you like.</p>
"""),
        call_to_action("Not sure what your skin tolerates?", "Bring your bottles. We read the labels together."),
    ),
    sources="""
<ul>
<li>American Academy of Dermatology, patient pages on sunscreen, <a href="https://www.aad.org/">aad.org</a></li>
<li>FDA: Sunscreen, information for consumers, <a href="https://www.fda.gov/">fda.gov</a></li>
</ul>
""",
)
