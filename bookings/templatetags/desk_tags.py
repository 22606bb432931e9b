"""Write instants on the clinic's clock, in one way at the whole desk, and say how long a patient waits."""

from django.template import Library

from bookings.desk.access import may_see_cases
from bookings.desk.today import get_oldest_age
from bookings.scheduling.formatting import format_clock, format_with_year

register = Library()
register.filter("clock", format_clock)
register.filter("moment", format_with_year)


@register.inclusion_tag("bookings/desk/oldest.html", takes_context=True)
def oldest_wait(context) -> dict:
    """Say in the header of each page of the admin how long the oldest request has waited."""
    request = context.get("request")
    return {"age": get_oldest_age(request) if request and may_see_cases(request.user) else ""}
