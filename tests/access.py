"""Who may open every named address: the table that tests/test_access.py holds the portal to.

Rules
    PUBLIC  everybody, without an account
    CLOSED  nobody: a portal that has administrators is set up
    LOGIN   everybody with an account; lists show only what the user may see
    SEES    whoever may see the object; others: 404
    ROLE    holders of the role, on nothing in particular; others: 403
    OWN     holders of the role in the agency that owns the object; whoever only sees it: 403;
            others: 404
    TEAM    officers of the visit's team; colleagues of the agency: 403; others: 404
"""

from dataclasses import dataclass

PUBLIC, CLOSED, LOGIN, SEES, ROLE, OWN, TEAM = (
    "public",
    "closed",
    "login",
    "sees",
    "role",
    "own",
    "team",
)
LEAD, ADMIN, OFFICER = "lead", "agency_admin", "officer"
LEADERS = ("deputy", "principal")
REGISTRARS = (LEAD, ADMIN)


@dataclass(frozen=True)
class Access:
    """One address: `args` names an object of the world the tests lay."""

    rule: str
    args: str = ""
    method: str = "get"
    roles: tuple[str, ...] = ()
    more: tuple = ()


def public(args="", *more):
    return Access(PUBLIC, args, more=more)


def login(args="", *more):
    return Access(LOGIN, args, more=more)


def sees(args, *more):
    return Access(SEES, args, more=more)


def role(method, *roles, args="", more=()):
    return Access(ROLE, args, method, roles, more)


def own(method, args, *roles, more=()):
    return Access(OWN, args, method, roles, more)


def team(args, *more):
    return Access(TEAM, args, "post", (OFFICER,), more)


SET_UP = Access(CLOSED)

ACCESS = {
    "healthz": public(),
    "login": public(),
    "session": public(),
    "activate": public(),
    "set_up": SET_UP,
    "set_up_place": SET_UP,
    "set_up_agencies": SET_UP,
    "set_up_people": SET_UP,
    "logout": Access(LOGIN, method="post"),
    "password_change": login(),
    "api-schema": public(),
    # the public site
    "publication:home": public(),
    "publication:results": public(),
    "publication:results_csv": public(),
    "publication:result": public("publication"),
    "publication:firm": public("firm"),
    "publication:tasks": public(),
    "publication:task": public("task"),
    "publication:draws": public(),
    "publication:draw": public("draw"),
    "publication:certificate": public("draw"),
    "publication:verify_page": public("draw"),
    "publication:minutes": public("draw"),
    "publication:draw_file": public("draw", "freeze"),
    "publication:drs1": public(),
    "publication:items": public(),
    "publication:item_list": public("agency", 1),
    "publication:plans": public(),
    "publication:plan": public("agency", 2021),
    "publication:data": public(),
    "publication:help": public(),
    # the desk
    "reports:worklist": login(),
    "reports:search": login(),
    "reports:notices": login(),
    "reports:notices_read": Access(LOGIN, method="post"),
    "reports:help": login(),
    "reports:trail": role("get", "auditor"),
    "reports:mail": role("get", "sysadmin"),
    "reports:mail_resend": role("post", "sysadmin", args="letter_kind", more=("letter",)),
    "reports:mail_resend_failed": role("post", "sysadmin"),
    "agencies:account": login(),
    "agencies:end_sessions": Access(LOGIN, method="post"),
    "agencies:lift_lock": role("post", "sysadmin", args="guard"),
    "reports:trail_csv": role("get", "auditor"),
    "agencies:regions": login(),
    "agencies:region": login("county"),
    "agencies:region_add": role("get", "sysadmin"),
    "agencies:region_rename": role("post", "sysadmin", args="county"),
    "agencies:region_retire": role("post", "sysadmin", args="county"),
    "agencies:region_restore": role("post", "sysadmin", args="county"),
    "agencies:region_adopt": role("post", "sysadmin", args="county"),
    "agencies:region_keep": role("post", "sysadmin", args="county"),
    "agencies:users": role("get", "sysadmin", "secadmin"),
    "agencies:user": role("get", "sysadmin", "secadmin", args="user"),
    "agencies:user_create": role("get", "sysadmin"),
    "agencies:user_suspend": role("post", "sysadmin", args="user"),
    "agencies:user_restore": role("post", "sysadmin", args="user"),
    "agencies:user_email": role("post", "sysadmin", args="user"),
    "agencies:user_reset": role("post", "sysadmin", args="user"),
    "agencies:user_roles": role("post", "secadmin", args="user"),
    "deadlines:list": login(),
    "deadlines:calendar": login(),
    "deadlines:calendar_year": login("year"),
    "deadlines:set_day": role("post", "sysadmin", args="year"),
    "deadlines:clear_day": role("post", "sysadmin", args="year"),
    "catalog:trades": login(),
    "catalog:trade": login("trade"),
    "catalog:trade_add": role("get", "sysadmin"),
    "catalog:trade_edit": role("get", "sysadmin", args="trade"),
    "catalog:trade_adopt": role("post", "sysadmin", args="trade"),
    "catalog:trade_keep": role("post", "sysadmin", args="trade"),
    # 一单两库
    "catalog:list": login(),
    "catalog:create": role("get", *REGISTRARS),
    "catalog:detail": sees("version"),
    "catalog:item": sees("item"),
    "catalog:edit": own("get", "version", *REGISTRARS),
    "catalog:item_add": own("get", "version", *REGISTRARS),
    "catalog:item_delete": own("post", "item", *REGISTRARS),
    "catalog:publish": own("post", "version", *REGISTRARS),
    "registries:targets": login(),
    "registries:target": sees("target"),
    "registries:target_create": role("get", *REGISTRARS),
    "registries:target_edit": own("get", "target", *REGISTRARS),
    "registries:target_status": own("post", "target", *REGISTRARS),
    "registries:target_grade": own("post", "target", *REGISTRARS),
    "registries:target_reveal": own("post", "target", *REGISTRARS),
    "registries:target_import": role("get", *REGISTRARS),
    "registries:inspectors": login(),
    "registries:inspector": sees("inspector"),
    "registries:inspector_create": role("get", ADMIN),
    "registries:inspector_edit": own("get", "inspector", ADMIN),
    "registries:inspector_retire": own("post", "inspector", ADMIN),
    "registries:inspector_reveal": own("post", "inspector", ADMIN),
    "registries:inspector_import": role("get", ADMIN),
    "registries:inspector_reach": own("post", "inspector", ADMIN),
    "registries:leave_add": own("post", "inspector", ADMIN),
    "registries:leave_end": own("post", "leave", ADMIN),
    "registries:recusal_declare": own("post", "inspector", ADMIN),
    "registries:recusal_end": own("post", "recusal", ADMIN),
    "registries:preview": sees("upload"),
    "registries:annotated": sees("upload"),
    "registries:discard": Access(SEES, "upload", "post"),
    "registries:template": role("get", *REGISTRARS, args="kind"),
    # plans
    "plans:profiles": login(),
    "plans:profile_new": role("get", "coordinator"),
    "plans:profile_confirm": Access(ROLE, "profile", "post", ("coordinator",)),
    "plans:profile_refuse": Access(ROLE, "profile", "post", ("coordinator",)),
    "plans:list": login(),
    "plans:create": role("get", LEAD),
    "plans:detail": sees("plan"),
    "plans:edit": own("get", "plan", LEAD),
    "plans:line_add": own("get", "plan", LEAD),
    "plans:line": own("get", "line", LEAD),
    "plans:line_delete": own("post", "line", LEAD),
    "plans:adjust": own("post", "plan", LEAD),
    "plans:move": own("post", "plan", LEAD, more=("submit",)),
    # tasks
    "tasks:list": login(),
    "tasks:create": Access(OWN, "free_line", "get", (LEAD,)),
    "tasks:detail": sees("task"),
    "tasks:scope": sees("task"),
    "tasks:rehearsal": sees("task"),
    "tasks:edit": own("post", "task", LEAD),
    "tasks:exempt": own("post", "task", LEAD, more=("target",)),
    "tasks:exempt_remove": own("post", "task", LEAD, more=("exemption",)),
    "tasks:draw": sees("task"),
    "tasks:people": sees("task"),
    "tasks:log": sees("task"),
    "tasks:of_target": sees("target"),
    "tasks:grade": sees("task"),
    "tasks:screen": sees("task"),
    "tasks:screen_now": sees("task"),
    "tasks:minutes": sees("task"),
    "tasks:slip": own("get", "task", LEAD),
    "tasks:commit": own("post", "contribution", ADMIN, more=("targets",)),
    "tasks:reveal": own("post", "contribution", ADMIN, more=("targets",)),
    "tasks:speak": own("post", "task", LEAD, more=("targets",)),
    "tasks:close": own("post", "task", LEAD, more=("targets",)),
    "tasks:beacon": own("post", "contribution", LEAD, ADMIN, "supervisor", more=("targets",)),
    "tasks:propose_void": own("post", "task", LEAD, more=("targets",)),
    "tasks:decide_void": own("post", "task", *LEADERS, more=("targets", "agree")),
    "tasks:freeze": own("post", "task", LEAD),
    "tasks:freeze_people": own("post", "task", LEAD),
    "tasks:open": own("post", "task", LEAD, more=("targets",)),
    "tasks:consent": own("post", "task", ADMIN, *LEADERS[:1], more=("targets",)),
    "tasks:confirm": own("post", "task", ADMIN),
    "tasks:report": own("get", "task", ADMIN, more=("listed",)),
    "tasks:report_evidence": sees("task", "report"),
    "tasks:decide": own("post", "task", ADMIN, more=("report", "agree")),
    "tasks:opening": sees("task"),
    "tasks:arrange": own("post", "task", LEAD),
    "tasks:move": own("post", "task", LEAD, more=("lock",)),
    # visits
    "inspections:today": login(),
    "inspections:list": login(),
    "inspections:form": sees("visit"),
    "inspections:detail": sees("visit"),
    "inspections:form_pdf": sees("visit"),
    "inspections:approval_pdf": sees("visit"),
    "inspections:notice_pdf": sees("visit"),
    "inspections:evidence": sees("evidence"),
    "inspections:evidence_small": sees("evidence"),
    "inspections:photos": team("visit"),
    "inspections:remove_photo": team("evidence"),
    "inspections:substitute": own("get", "assignment", OFFICER),
    "inspections:substitution": sees("substitution"),
    "inspections:decide_substitution": own("post", "substitution", "deputy", more=("refuse",)),
    "inspections:of_task": sees("task"),
    "inspections:dispatch": own("post", "task", LEAD),
    "inspections:enter": team("visit"),
    "inspections:outcome": team("visit"),
    "inspections:save": team("visit"),
    "inspections:rest": team("visit"),
    "inspections:confirm": team("visit"),
    "inspections:sign": team("visit"),
    "inspections:refuse": team("visit"),
    "inspections:submit": team("visit"),
    "api-inspection": sees("visit"),
    "api-answer": Access(TEAM, "section", "put", (OFFICER,), ("item_of_section",)),
    "api-submit": team("section"),
    "api-photo": team("section"),
    # approval
    "approvals:list": login(),
    "approvals:approve_clean": role("post", *LEADERS),
    "approvals:detail": sees("section"),
    "approvals:approve": own("post", "section", *LEADERS),
    "approvals:return": own("post", "section", *LEADERS),
}

PEOPLE = {
    LEAD: "lead",
    ADMIN: "admin-gongan",
    OFFICER: "officer-gongan",
    "deputy": "deputy-gongan",
    "coordinator": "office",
    "sysadmin": "sysadmin",
    "secadmin": "secadmin",
    "auditor": "auditor",
}
# Whose objects these are; for their addresses the account comes from here.
AT_HOME = {
    "inspector": "home-admin",
    "visit": "officer-gongan",
    "evidence": "officer-gongan",
    "section": "deputy-gongan",
    "upload": "admin-gongan",
    "assignment": "officer-gongan",
    "substitution": "deputy-gongan",
}


def readers(name):
    """Accounts that may open the address; none for what is public."""
    access = ACCESS[name]
    if access.rule in {PUBLIC, CLOSED}:
        return []
    if access.args in AT_HOME:
        return [AT_HOME[access.args]]
    return [PEOPLE[role] for role in access.roles] or ["lead"]
