"""Where each app lives. The public paths are permanent (contracts section 6)."""

from django.urls import URLPattern, URLResolver, include, path

from config.healthz import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("", include("agencies.urls")),
    path("", include("publication.urls")),
    path("", include("inspections.urls")),
    path("desk/", include("reports.urls")),
    path("desk/", include("agencies.desk_urls")),
    path("desk/", include("deadlines.urls")),
    path("desk/", include("catalog.urls")),
    path("desk/", include("registries.urls")),
    path("desk/", include("plans.urls")),
    path("desk/", include("tasks.urls")),
    path("desk/", include("publication.desk_urls")),
    path("api/v1/", include("config.api_urls")),
]

handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.failed"
