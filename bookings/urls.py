from django.urls import path

from bookings import views

app_name = "bookings"
urlpatterns = [
    path("", views.consultation, name="consultation"),
    path("received/<str:token>/", views.received, name="received"),
]
