import pytest
from django.core.exceptions import ValidationError

from clinic.models import ClinicProfile
from clinic.templatetags.clinic_tags import phone_link

pytestmark = pytest.mark.same_everywhere


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("(949) 555-0100", "tel:9495550100"),
        ("+1 949 555 0100", "tel:+19495550100"),
        ("949.555.0100", "tel:9495550100"),
        ("(949) 555-0100 ext. 4", "tel:9495550100;ext=4"),
        ("(949) 555-0100 x4", "tel:9495550100;ext=4"),
        ("(949) 555-0100 extension 204", "tel:9495550100;ext=204"),
        ("(949) 555-0100 (ext 12)", "tel:9495550100;ext=12"),
        ("949-555-0100 #7", "tel:9495550100;ext=7"),
        ("949-555-0100,,55", "tel:9495550100;ext=55"),
        ("+1 949 555 0100;ext=9", "tel:+19495550100;ext=9"),
        ("", "tel:"),
    ],
)
def test_phone_link_keeps_the_extension(typed, url):
    assert phone_link(typed) == url


GOOD = [
    "(949) 555-0142", "+1 949 555 0142", "949.555.0142", "949\u2011555\u20110142", "949-555-0142 x4", "911", "",
    "(949) 555-0142 ext. 4", "949-555-0142 (ext 12)", "949-555-0142 #7", "949 555 0142,,55", "+49 711 1234567",
]  # fmt: skip
BAD = [
    "1-800-FLOWERS", "call us", "949-555-0142 / 949-555-0143", "949-555-0142 or 949-555-0143", "ext. 4", "+", "12",
    "949-555-0142 949-555-0143", "949-555-0142 press 4", "949-555-0142 ext. 4 or 5", "٩٤٩-555-0142", "tel:9495550142",
    "949-555-0142 ext. 12345678", "949-555-0142, 4", "+1+1 949 555 0142", "949-555-0142 ext four",
]  # fmt: skip


@pytest.mark.parametrize("typed", GOOD)
def test_profile_takes_one_number_with_an_extension(typed):
    ClinicProfile(phone=typed).clean()


@pytest.mark.parametrize("typed", BAD)
def test_profile_refuses_what_a_phone_would_dial_wrong(typed):
    with pytest.raises(ValidationError, match="Type one number in digits") as refusal:
        ClinicProfile(phone=typed).clean()
    assert list(refusal.value.message_dict) == ["phone"]
