"""URLs of the task pages."""

from django.urls import path

from tasks.views import ceremony, draw, edit, list, overview, people, scope, screen, slip

app_name = "tasks"
urlpatterns = [
    path("tasks/", overview.list_, name="list"),
    path("tasks/new/<int:line_pk>/", edit.create, name="create"),
    path("tasks/<str:number>/", overview.detail, name="detail"),
    path("tasks/<str:number>/scope/", scope.scope, name="scope"),
    path("tasks/<str:number>/edit/", edit.edit, name="edit"),
    path("tasks/<str:number>/rehearsal/", scope.rehearsal, name="rehearsal"),
    path("tasks/<str:number>/exempt/<int:target_pk>/", scope.exempt, name="exempt"),
    path(
        "tasks/<str:number>/exemptions/<int:pk>/remove/", scope.exempt_remove, name="exempt_remove"
    ),
    path("tasks/<str:number>/freeze/", ceremony.freeze, name="freeze"),
    path("tasks/<str:number>/freeze/grade/", ceremony.grade, name="grade"),
    path("tasks/<str:number>/draw/", draw.draw, name="draw"),
    path("tasks/<str:number>/draw/screen/", screen.screen, name="screen"),
    path("tasks/<str:number>/draw/screen/now/", screen.now, name="screen_now"),
    path("tasks/<str:number>/draw/minutes.pdf", screen.minutes, name="minutes"),
    path("tasks/<str:number>/draw/slip/", slip.slip, name="slip"),
    path("tasks/<str:number>/people/", people.people, name="people"),
    path("tasks/<str:number>/people/freeze/", people.freeze_people, name="freeze_people"),
    path("tasks/<str:number>/consent/<str:purpose>/", ceremony.consent, name="consent"),
    path("tasks/<str:number>/seal/<str:purpose>/", ceremony.commit, name="commit"),
    path("tasks/<str:number>/reveal/<str:purpose>/", ceremony.reveal, name="reveal"),
    path("tasks/<str:number>/witness/<str:purpose>/", ceremony.speak, name="speak"),
    path("tasks/<str:number>/close/<str:purpose>/", ceremony.close, name="close"),
    path("tasks/<str:number>/beacon/<str:purpose>/", ceremony.beacon, name="beacon"),
    path("tasks/<str:number>/open/<str:purpose>/", ceremony.open_, name="open"),
    path("tasks/<str:number>/void/<str:purpose>/", ceremony.propose_void, name="propose_void"),
    path(
        "tasks/<str:number>/void/<str:purpose>/<str:answer>/",
        ceremony.decide_void,
        name="decide_void",
    ),
    path("tasks/<str:number>/confirm/", list.confirm, name="confirm"),
    path("tasks/<str:number>/list/<int:pk>/report/", list.report, name="report"),
    path(
        "tasks/<str:number>/reports/<int:pk>/evidence/",
        list.report_evidence,
        name="report_evidence",
    ),
    path("tasks/<str:number>/reports/<int:pk>/<str:move>/", list.decide, name="decide"),
    path("tasks/<str:number>/people/opening/", people.opening, name="opening"),
    path("tasks/<str:number>/people/arrange/", people.arrange, name="arrange"),
    path("tasks/<str:number>/move/<str:move>/", overview.move, name="move"),
    path("tasks/<str:number>/log/", overview.log, name="log"),
    path("targets/<int:pk>/tasks/", overview.of_target, name="of_target"),
]
