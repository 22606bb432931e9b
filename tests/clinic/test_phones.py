import pytest

from clinic.templatetags.clinic_tags import phone_link


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
