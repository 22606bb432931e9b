from django.urls import path

from bookings.patient import request_views, visit_views

app_name = "bookings"
urlpatterns = [
    path("", request_views.consultation, name="consultation"),
    path("received/<str:token>/", request_views.received, name="received"),
    path("visit/<str:token>/", visit_views.visit, name="visit"),
    path("visit/<str:token>/visit.ics", visit_views.visit_ics, name="visit_ics"),
    path("visit/<str:token>/change/", visit_views.change, name="visit_change"),
    path("visit/<str:token>/earlier/", visit_views.waitlist, name="visit_waitlist"),
    path("visit/<str:token>/cancel/", visit_views.cancel, name="visit_cancel"),
    path("visit/<str:token>/complain/", visit_views.complain, name="visit_complain"),
]
