"""Staff pages on the two registries."""

from django.urls import path

from registries.views import imports, inspectors, targets

app_name = "registries"
urlpatterns = [
    path("targets/", targets.target_list, name="targets"),
    path("targets/new/", targets.target_create, name="target_create"),
    path("targets/import/", imports.target_import, name="target_import"),
    path("targets/<int:pk>/", targets.target, name="target"),
    path("targets/<int:pk>/edit/", targets.target_edit, name="target_edit"),
    path("targets/<int:pk>/status/", targets.target_status, name="target_status"),
    path("targets/<int:pk>/grade/", targets.target_grade, name="target_grade"),
    path("targets/<int:pk>/reveal/", targets.target_reveal, name="target_reveal"),
    path("inspectors/", inspectors.inspector_list, name="inspectors"),
    path("inspectors/new/", inspectors.inspector_create, name="inspector_create"),
    path("inspectors/import/", imports.inspector_import, name="inspector_import"),
    path("inspectors/<int:pk>/", inspectors.inspector, name="inspector"),
    path("inspectors/<int:pk>/edit/", inspectors.inspector_edit, name="inspector_edit"),
    path("inspectors/<int:pk>/retire/", inspectors.inspector_retire, name="inspector_retire"),
    path("inspectors/<int:pk>/reveal/", inspectors.inspector_reveal, name="inspector_reveal"),
    path("inspectors/<int:pk>/recuse/", inspectors.recusal_declare, name="recusal_declare"),
    path("inspectors/<int:pk>/reach/", inspectors.inspector_reach, name="inspector_reach"),
    path("inspectors/<int:pk>/leave/", inspectors.leave_add, name="leave_add"),
    path("leave/<int:pk>/end/", inspectors.leave_end, name="leave_end"),
    path("recusals/<int:pk>/end/", inspectors.recusal_end, name="recusal_end"),
    path("imports/<int:pk>/", imports.preview, name="preview"),
    path("imports/<int:pk>/annotated/", imports.annotated, name="annotated"),
    path("imports/<int:pk>/discard/", imports.discard, name="discard"),
    path("import-templates/<slug:kind>/", imports.template, name="template"),
]
