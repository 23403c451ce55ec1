"""Roles as data: what each may do. A role counts on the objects of one's own agency.

The three administrators are kept apart (三员分立, 等保 2.0): accounts, roles and the trail belong to
three people, and none of the three takes part in inspections.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """One role: its Chinese name, what it does today in one sentence, its permissions."""

    label: str
    does: str
    permissions: frozenset[str]


def role(label: str, does: str, *permissions: str) -> Role:
    """A Role whose permissions are given one by one."""
    return Role(label, does, frozenset(permissions))


ROLES = {
    "lead": role(
        "牵头单位经办",
        "编制计划、发起任务、组织摇号和派发",
        "catalog.add_catalogversion",
        "catalog.change_catalogversion",
        "catalog.publish_catalogversion",
        "registries.add_target",
        "registries.change_target",
        "plans.add_plan",
        "plans.change_plan",
        "plans.submit_plan",
        "plans.publish_plan",
        "tasks.add_task",
        "tasks.change_task",
        "tasks.freeze_task",
        "tasks.open_task",
        "tasks.request_confirmation_task",
        "tasks.lock_task",
        "tasks.assign_task",
        "tasks.dispatch_task",
        "tasks.cancel_task",
        "draws.freeze_draw",
        "draws.open_draw",
        "draws.enter_beacon_draw",
        "draws.propose_void_draw",
    ),
    "agency_admin": role(
        "部门管理员",
        "维护两库，比对、确认和复核抽中名单",
        "catalog.add_catalogversion",
        "catalog.change_catalogversion",
        "catalog.publish_catalogversion",
        "registries.add_target",
        "registries.change_target",
        "registries.add_inspector",
        "registries.change_inspector",
        "registries.add_recusal",
        "draws.consent_draw",
        "draws.contribute_contributor",
        "draws.enter_beacon_draw",
        "tasks.confirm_confirmation",
        "tasks.add_replacement",
        "tasks.agree_replacement",
        "tasks.refuse_replacement",
        "tasks.request_substitution",
    ),
    "officer": role(
        "执法人员",
        "填写一企一表，核对签名后提交",
        "inspections.change_section",
        "inspections.submit_section",
        "inspections.enter_inspection",
        "inspections.sign_inspection",
        "registries.add_recusal",
        "tasks.request_substitution",
    ),
    "deputy": role(
        "分管负责人",
        "审批检查结果和人员更换",
        "plans.approve_plan",
        "plans.return_plan",
        "draws.consent_draw",
        "tasks.approve_substitution",
        "tasks.refuse_substitution",
        "draws.void_draw",
        "inspections.approve_section",
        "inspections.return_section",
    ),
    "principal": role(
        "主要负责人",
        "审批计划和检查结果；更正的签发尚未开通",
        "plans.approve_plan",
        "plans.return_plan",
        "draws.void_draw",
        "inspections.approve_section",
        "inspections.return_section",
    ),
    "supervisor": role(
        "督导",
        "查看进度和期限，确认本地的抽查规则；受邀时为摇号密封随机数",
        "draws.contribute_contributor",
        "draws.enter_beacon_draw",
    ),
    "coordinator": role(
        "联席办经办",
        "拟定和确认本地的抽查规则；受邀时为摇号密封随机数",
        "plans.propose_ruleprofile",
        "plans.confirm_ruleprofile",
        "plans.refuse_ruleprofile",
        "draws.contribute_contributor",
        "draws.enter_beacon_draw",
    ),
    "sysadmin": role(
        "系统管理员",
        "管理账号、行政区划、行业和工作日历，处理发不出的邮件",
        "agencies.change_region",
        "catalog.change_trade",
        "agencies.view_user",
        "agencies.add_user",
        "agencies.change_user",
        "deadlines.change_calendaryear",
        "core.change_notice",
    ),
    "secadmin": role(
        "安全管理员",
        "授予和收回角色",
        "agencies.view_user",
        "agencies.assign_roles_user",
    ),
    "auditor": role("审计管理员", "查看全程留痕", "core.view_auditevent"),
}

ADMINISTRATORS = frozenset({"sysadmin", "secadmin", "auditor"})


def conflict(roles: frozenset[str]) -> str | None:
    """Why these roles must not meet in one person, or None."""
    unknown = roles - ROLES.keys()
    if unknown:
        return f"没有这样的角色：{'、'.join(sorted(unknown))}。"
    if len(roles & ADMINISTRATORS) > 1:
        return "系统管理员、安全管理员、审计管理员须由三人分任，不能兼任。"
    if roles & ADMINISTRATORS and roles - ADMINISTRATORS:
        return "三员不得兼任业务角色，请另开账号。"
    return None
