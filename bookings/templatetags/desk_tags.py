"""Write instants on the clinic's clock, in one way at the whole desk."""

from django.template import Library

from bookings.scheduling.formatting import format_clock, format_with_year

register = Library()
register.filter("clock", format_clock)
register.filter("moment", format_with_year)
