"""Hair: less of it, where it is not wanted."""

from clinic.demo.shapes import Treatment

from .skin import LASER_NOT_FOR, LASER_RISKS

AREA = "hair"

HAIR_REMOVAL = Treatment(
    slug="laser-hair-removal",
    title="Laser hair removal",
    seo_title="Laser Hair Removal in Orange County",
    search_description=(
        "Laser hair removal means lasting reduction, in several sessions. Who it works for, why hair and skin color "
        "matter, risks and alternatives."
    ),
    listing_summary="Lasting reduction over several sessions. It needs pigment in the hair, and no tan on the skin.",
    picture="laser-hair-removal",
    area=AREA,
    keywords=("Hair removal in orange county", "Laser Treatment", "Med Spa in OC", "Med Spa Near Me", "Medical spa"),
    introduction="""
Laser can reduce unwanted hair for a long time. It takes several sessions, because hair grows in turns. It works on dark
hair, and hardly at all on white, gray, red or very light hair.
""",
    duration="15–60 minutes, by area",
    price_from=90,
    price_note="Example price per session, small area such as the upper lip",
    downtime="Redness and small bumps for hours, up to two days",
    results_show="Treated hair falls out in one to three weeks",
    results_last="Long-lasting reduction; some hair returns, often finer",
    how_often="Usually 6–8 sessions, four to eight weeks apart; then now and again",
    what_it_is="""
<p>The pigment in a hair absorbs the light, and heat damages the root. Only hair in its growing phase is reached, which
is why one session is never enough.</p>
<p>The FDA clears these devices for permanent hair <b>reduction</b>. That means fewer hairs in the long run, and not
that every hair is gone for good. There are lasers for lighter and for darker skin. Which one we use depends on
yours.</p>
""",
    who_it_suits="""
<ul>
<li>Adults with dark, coarse hair on legs, underarms, bikini line, back or face.</li>
<li>People who get ingrown hairs from shaving.</li>
<li>People who can stay out of the sun and stop waxing for the time of the treatment.</li>
</ul>
""",
    who_should_not=f"""
<ul>
<li>Your hair is white, gray, red or light blond. The light finds nothing to act on.</li>
<li>Hair on your face or body has grown quickly, or your periods are irregular. See your doctor first; hormones may be
the cause.</li>
<li>There is a tattoo in the area, or a mole that we would have to treat across. We leave those out.</li>
{LASER_NOT_FOR}
</ul>
""",
    how_it_goes=(
        (
            "We look at hair and skin",
            "And ask about tan, medicines, hormones and earlier treatments. We test a small spot.",
        ),
        ("You shave the day before", "No waxing, plucking or threading for four weeks: the root must be there."),
        ("Eye protection for everybody", "Goggles made for the laser in use. We do not treat close to the eyes."),
        ("Pulse by pulse", "Each one snaps and feels warm. Cooling helps, and you can ask for a break."),
        ("Cool down", "A gel, then sunscreen where sun can reach."),
    ),
    afterwards="""
<ul>
<li>The skin looks pink and bumpy like goose flesh, usually until the next day.</li>
<li>No hot baths, sauna, hard exercise or perfumed products for a day or two.</li>
<li>No sun on the area for four weeks; sunscreen where it cannot be covered.</li>
<li>Hair seems to grow for a week or two while it is being shed. Shave, but do not pluck.</li>
<li>We contact you the day after.</li>
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: redness, swelling around the roots, a feeling of heat, itching.</li>
<li>Uncommon: more hair instead of less at the edge of the area, above all on face and neck.</li>
<li>Large amounts of strong numbing cream can be dangerous. Use only what we tell you to use.</li>
</ul>
{LASER_RISKS}
""",
    alternatives="""
<p>Shaving is cheap, safe and does not make hair thicker. Waxing and creams last longer and can irritate. Electrolysis
works hair by hair on every color, light hair included, and takes patience. Letting hair grow is free.</p>
""",
    questions=(
        (
            "Is it permanent?",
            "<p>It is a lasting reduction. Most people need a session now and again. Hormones, age and the area all "
            "play a part.</p>",
        ),
        (
            "Does it work on blond or gray hair?",
            "<p>Hardly. Electrolysis is the method for light hair. We would rather tell you now than after six "
            "sessions.</p>",
        ),
        (
            "Is it safe for darker skin?",
            "<p>With a laser made for it, usually. The risk of burns and patches is higher, so we start lower and test "
            "first.</p>",
        ),
        (
            "Can I shave in between?",
            "<p>Yes, whenever you like. Just leave the root: no wax, thread, tweezers or epilator.</p>",
        ),
    ),
    sources="""
<ul>
<li>FDA: Medical Lasers, and Removing Hair Safely, <a href="https://www.fda.gov/">fda.gov</a></li>
<li>American Academy of Dermatology, patient pages on laser hair removal, <a
href="https://www.aad.org/">aad.org</a></li>
</ul>
""",
)

TREATMENTS = (HAIR_REMOVAL,)
