"""How urgent a complaint is, from its words."""

import time

import pytest

from bookings.triage import CALL_NOW, CLINICAL, SERVICE, get_severity, get_worse

DANGER = [
    # Breath and throat.
    "I can't breathe",
    "I CANT BREATHE!!!",
    "It is hard to breath",
    "trouble breathing since last night",
    "short of breath when I walk",
    "breething is hard",
    "My brething feels shallow",
    "I am wheezing",
    "cantbreathe",
    "Having trouble swallowing",
    "can’t swallow my pills",
    "I have trouble swollowing",
    "swalowing hurts",
    "My throat feels tight",
    "My throat is closing",
    "tongue is swelling",
    "my tounge is thick",
    "I feel like I am choking",
    # Sight.
    "I cannot see with my left eye",
    "I can not see",
    "I can’t see out of my right eye",
    "cant really see anything",
    "I couldn't see for a minute",
    "unable to see clearly",
    "trouble seeing since the filler",
    "blurred vision",
    "Everything is blurry",
    "I am seeing double",
    "double vision",
    "I lost sight in one eye",
    "I think I'm going blind",
    "My vission is off",
    "I can't open my eye",
    "my eye is swollen shut",
    # Speech, face and muscles.
    "my speech is slurred",
    "I am hoarse and my voice is gone",
    "I can't speak properly",
    "One side of my face is drooping",
    "my face has dropped",
    "My smile is crooked",
    "muscle weakness all over",
    "My arms are so weak",
    "my left hand is numb",
    "I can't lift my head",
    "I can't move my mouth",
    "I had a seizure",
    "I lost control of my bladder",
    # A blocked vessel.
    "The skin turned white",
    "my lip turned blue",
    "It has gone a bit gray",
    "my nose is white and hurts",
    "There is a pale patch next to my nose",
    "the area is blanching",
    "mottled skin on my cheek",
    "a lace-like pattern on my chin",
    "black spot on the tip of my nose",
    "is this a vascular occlusion?",
    # Allergy, heart, consciousness.
    "allergic reaction I think",
    "I broke out in hives",
    "chest pain",
    "my heart is racing",
    "I fainted in the car",
    "I almost passed out",
    "I feel faint",
    "very dizzy",
    # Infection, bleeding, pain.
    "I have a fever",
    "fever of 102 and chills",
    "The redness is spreading",
    "it won't stop bleeding",
    "bleeding heavily",
    "the pain is unbearable",
    "severe pain in my cheek",
    "worst headache of my life",
    "my pain is 10/10",
    # Emergencies.
    "I am in the emergency room",
    "Should I call 911?",
    "they took me to the hospital",
    "I think I'm dying",
    "I want to kill myself",
    # Denied: a call too many harms nobody.
    "I have no trouble breathing",
    "no fever, no pain",
    "I can see fine, no blurred vision",
    "not dizzy any more",
    # Spanish.
    "No puedo respirar",
    "no puedo ver bien",
    "me duele el pecho",
    "tengo fiebre",
    # How people type.
    "I can\u2019t\nbreathe",
    "i can´t see",
    "ＣＡＮＮＯＴ ＳＥＥ",
    "brea\u200bthe",
    "bre\u00adathing",
    "The parking was bad and I cannot see",
    "Rude staff!!! Also: fever.",
]
FOR_A_CLINICIAN = [
    "My eyelid hangs.",
    "My eyelid is drooping a little",
    "It hurts.",
    "I have a bruise on my cheek",
    "my lip is swollen",
    "I have a small bump",
    "a bit of redness",
    "My forehead is uneven",
    "I can't see any results",
    "I cannot see a difference",
    "I don't like the result",
    "it itches",
    "I have a mild headache",
    "Something is wrong",
    "I have a question",
    "Please call me back",
    "Nobody calls me",
    "I am worried",
    "...",
    "",
    "😢",
    "что-то не так",
    "Faint lines are still there",
    "The receptionist was rude and my lip hurts",
    "I want a refund, my forehead looks uneven",
    "Botox was too expensive and did nothing",
    "I paid for the treatment and feel sick",
    "The nurse was rude. I feel unwell.",
    "shallow wrinkles",
    "Breathtaking prices! My cheek is sore.",
    "No puedo ir, me duele la cara",
]
ABOUT_THE_SERVICE = [
    "The receptionist was rude",
    "Parking was impossible",
    "It was hard to find parking",
    "the price was not what you told me",
    "My invoice is wrong",
    "You charged me twice",
    "I was overcharged",
    "I want a refund",
    "I waited an hour",
    "They kept me waiting",
    "The waiting room was dirty",
    "It is cold in the waiting room",
    "Your website lost my request, nobody helped: rude!",
    "You treated me rudely",
    "I feel cheated by the bill",
    "I am sick of your invoices",
    "Where is my receipt?",
    "My gift card does not work",
    "Mark was unfriendly",
    "wrong amount on my bill",
    "I can’t see the price on the invoice",
    "I cannot see my receipt",
]


@pytest.mark.parametrize("text", DANGER)
def test_words_of_danger_ask_for_a_call_now(text):
    assert get_severity(text) == CALL_NOW


@pytest.mark.parametrize("text", FOR_A_CLINICIAN)
def test_other_complaints_are_for_a_clinician(text):
    assert get_severity(text) == CLINICAL


@pytest.mark.parametrize("text", ABOUT_THE_SERVICE)
def test_service_needs_its_words_and_nothing_medical(text):
    assert get_severity(text) == SERVICE


@pytest.mark.parametrize("text", ABOUT_THE_SERVICE)
def test_one_medical_sentence_makes_it_medical(text):
    assert get_severity(f"{text} And my lip hurts.") == CLINICAL
    assert get_severity(f"I can't breathe. {text}") == CALL_NOW


@pytest.mark.parametrize("part", ["see ", "cannot ", "face ", "my arms are ", "pain ", "a", "can't see any "])
def test_long_texts_are_read_quickly(part):
    before = time.process_time()
    get_severity((part * 4000)[:4000])
    assert time.process_time() - before < 1


@pytest.mark.parametrize(
    ("one", "other", "worse"),
    [(CLINICAL, CALL_NOW, CALL_NOW), (CALL_NOW, SERVICE, CALL_NOW), (SERVICE, CLINICAL, CLINICAL)],
)
def test_worse_severity_wins(one, other, worse):
    assert get_worse(one, other) == get_worse(other, one) == worse
