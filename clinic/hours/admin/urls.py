from django.urls import path

from .views import EditView, HistoryView, PreviewView

app_name = "opening_hours"
urlpatterns = [
    path("", EditView.as_view(), name="edit"),
    path("preview/", PreviewView.as_view(), name="preview"),
    path("history/", HistoryView.as_view(), name="history"),
]
