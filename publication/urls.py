"""The public paths; permanent (contracts section 6)."""

from django.urls import path

from publication import public

app_name = "publication"
urlpatterns = [
    path("", public.home, name="home"),
    path("results/", public.results, name="results"),
    path("results/<int:pk>/", public.result, name="result"),
    path("firms/<str:uscc>/", public.firm, name="firm"),
    path("tasks/", public.tasks, name="tasks"),
    path("tasks/<str:number>/", public.task, name="task"),
    path("draws/", public.draws, name="draws"),
    path("draws/<str:draw_id>/", public.draw, name="draw"),
    path("draws/<str:draw_id>/certificate.json", public.certificate, name="certificate"),
    path("draws/<str:draw_id>/minutes.pdf", public.minutes, name="minutes"),
    path("draws/<str:draw_id>/verify.html", public.verify_page, name="verify_page"),
    path("draws/<str:draw_id>/files/<str:name>.txt", public.draw_file, name="draw_file"),
    path("drs1.py", public.drs1, name="drs1"),
    path("items/", public.items, name="items"),
    path("items/<str:agency>/v<int:number>/", public.item_list, name="item_list"),
    path("plans/", public.plans, name="plans"),
    path("plans/<str:agency>/<int:year>/", public.plan, name="plan"),
    path("data/", public.data, name="data"),
    path("data/results.csv", public.results_csv, name="results_csv"),
    path("help/", public.help_page, name="help"),
]
