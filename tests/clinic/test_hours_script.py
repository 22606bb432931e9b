from django.contrib.staticfiles import finders


def test_hours_script_stays_small():
    with open(finders.find("clinic/js/hours.js"), "rb") as script:
        assert len(script.read()) <= 2048
