"""Headache: the one treatment here that is for an illness."""

from clinic.demo.shapes import Treatment

from .botox import NOT_FOR, SPREAD, TELL_US

AREA = "headache"

MIGRAINE = Treatment(
    slug="botox-chronic-migraine",
    title="Botox for chronic migraine",
    seo_title="Botox for Chronic Migraine in Newport Beach",
    search_description=(
        "Botox as prevention for adults with headache on 15 or more days a month: who it is for, the 31 injections, "
        "risks, limits and insurance."
    ),
    listing_summary="Prevention for adults with headache on 15 or more days a month, and its limits, told plainly.",
    picture="chronic-migraine",
    area=AREA,
    keywords=("Botox treatments", "benefits of botox", "Botox in orange county", "Medical spa", "Botox in Irvine"),
    introduction="""
Botox is approved to prevent headaches in adults with chronic migraine, which means headache on 15 or more days a
month. It helps many people, it takes patience, and for some it does not help.
""",
    duration="Injections 10–15 minutes; plan 30 for the visit",
    price_from=1200,
    price_note="Example price without insurance, medicine and injection",
    downtime="None for most people; a stiff or sore neck is common",
    results_show="After weeks; often judged only after the second round",
    results_last="About 12 weeks",
    how_often="About every 12 weeks, not sooner",
    what_it_is="""
<p>Migraine is an illness of the nervous system, and more than a bad headache. Doctors call it chronic when there is
headache on 15 or more days a month for more than three months, with the features of migraine on at least eight of
them.</p>
<p>Botox (onabotulinumtoxinA) is a prescription medicine, a purified protein made by the bacterium Clostridium
botulinum. It is thought to be taken up by pain nerves in the head and neck and to block the release of substances that
carry pain. It prevents; it does not stop an attack that has begun.</p>
<p>The approval is for adults whose headaches last four hours a day or longer. It does not cover people with 14 or fewer
headache days a month. In them it has not been shown to help.</p>
""",
    who_it_suits="""
<ul>
<li>Adults with a diagnosis of chronic migraine from a doctor who knows headaches.</li>
<li>People for whom other preventive medicines did not work, or brought side effects that were hard to live with.</li>
<li>People who can give it at least two rounds, about six months in all, before judging it.</li>
</ul>
""",
    who_should_not=f"""
<ul>
<li>You have no diagnosis yet, or your headache has changed. See your doctor first.</li>
<li>You take medicine for attacks on ten or more days a month. That can itself cause headache, and your doctor
should know.</li>
{NOT_FOR}
</ul>
{TELL_US}
<p><b>Go to an emergency room</b> for a sudden, violent headache, or one with fever, a stiff neck, confusion, weakness,
numbness, trouble speaking or a loss of vision.</p>
""",
    how_it_goes=(
        (
            "We read your diary",
            "We ask for a headache diary and for what you have tried. Where the diagnosis is not "
            "clear, we ask you to see a neurologist before we do anything.",
        ),
        (
            "We explain and plan",
            "Benefits, drawbacks, cost, insurance, and what we will count as success. You take it "
            "home and think about it if you like.",
        ),
        (
            "31 small injections",
            "Usually 5 units each, 155 in all, into seven muscle areas: forehead, above the nose (two of them), "
            "temples, back of the head, neck and upper back. It takes 10 to 15 minutes.",
        ),
        ("The day after", "We contact you and ask about your neck, your lids, swallowing and breathing."),
        (
            "The next round",
            "After about 12 weeks. We compare diaries first. After the second or third round without "
            "benefit, we advise you to stop.",
        ),
    ),
    afterwards="""
<ul>
<li>Most people go back to their day. Do not drive if you feel weak or dizzy, or if your sight is blurred.</li>
<li>Do not rub the points, and leave hard exercise until the next day.</li>
<li>Go on with your diary and with your other treatment. Change a preventive medicine only with the doctor who
prescribed it.</li>
<li>We contact you the day after, and your file stays open between rounds.</li>
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: neck pain or stiffness, headache, soreness where we injected.</li>
<li>Less common: passing weakness of the neck or shoulders, a drooping lid, uneven brows, sore muscles, and now and then
a worse migraine in the first days.</li>
<li>Blood pressure can rise in some people.</li>
</ul>
{SPREAD}
""",
    alternatives="""
<p>There are several other ways to prevent migraine: tablets that were first made for blood pressure, epilepsy or
depression, and newer medicines that act on CGRP, as an injection or a tablet. Regular sleep and meals, exercise,
relaxation training and fewer pain-relief days help many people, alone or beside medicine.</p>
<p>Doing nothing for now can be right when headaches are becoming rarer. Your doctor or a neurologist can weigh these
with you better than a medical spa can. The <a href="https://americanmigrainefoundation.org/">American Migraine
Foundation</a> explains them well.</p>
""",
    questions=(
        (
            "How soon will I notice something?",
            "<p>It can take weeks, and more than one round. Some people feel a change after the first, many only "
            "after the second. Some do not benefit at all.</p>",
        ),
        (
            "Does it end migraine?",
            "<p>No. The aim is fewer headache days, and milder ones. In the studies that led to approval, people had "
            "on average about two headache days a month fewer than people who had been given salt water. Some had "
            "much more benefit, some none.</p>",
        ),
        (
            "Will my insurance pay?",
            "<p>Many insurers cover it under conditions. They often ask for proof that two or three preventive tablets "
            "failed, and for a headache diary. Ask yours before the first visit. We help with the papers.</p>",
        ),
        (
            "Do the injections also smooth my forehead?",
            "<p>They can soften lines there, because some points are the same. The plan follows the headache, not the "
            "lines. If you have Botox for looks as well, we must know, since all units count together.</p>",
        ),
        (
            "Can I come sooner if it wears off?",
            "<p>No. Shorter intervals have not been studied well enough. We would rather use the last weeks to talk "
            "about what else can help.</p>",
        ),
    ),
    sources="""
<ul>
<li>BOTOX (onabotulinumtoxinA), US prescribing information and Medication Guide, AbbVie</li>
<li>ICHD-3, International Classification of Headache Disorders, <a href="https://ichd-3.org/">ichd-3.org</a></li>
<li>American Migraine Foundation, <a
href="https://americanmigrainefoundation.org/">americanmigrainefoundation.org</a></li>
</ul>
""",
)

TREATMENTS = (MIGRAINE,)
