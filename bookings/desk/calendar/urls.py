"""List the addresses of the calendar, below the admin."""

from django.urls import path

from .day import DayView
from .move import MoveView
from .sheet import SheetView
from .visit import CalendarActionView
from .week import WeekView

urlpatterns = [
    path("calendar/", DayView.as_view(), name="desk_calendar"),
    path("calendar/week/", WeekView.as_view(), name="desk_week"),
    path("calendar/sheet/", SheetView.as_view(), name="desk_sheet"),
    path("calendar/move/<int:pk>/", MoveView.as_view(), name="desk_move"),
    path("calendar/visit/<int:pk>/", CalendarActionView.as_view(), name="desk_calendar_act"),
]
