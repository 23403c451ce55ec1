"""What the verbs of the trail are called, in one place. The moves of the flows bring their own words."""

from functools import cache

from django.apps import apps

WORDS = {
    "agencies.activate": "激活账号",
    "agencies.add_region": "增加区划",
    "agencies.adopt_region": "采用随附区划",
    "agencies.assign_roles": "授予或收回角色",
    "agencies.change_password": "修改口令",
    "agencies.fail_log_in": "登录失败",
    "agencies.issue_activation": "发放激活码",
    "agencies.keep_region": "保留本地区划",
    "agencies.lift_lock": "解除登录锁定",
    "agencies.lock": "锁定登录",
    "agencies.log_in": "登录",
    "agencies.log_out": "退出登录",
    "agencies.log_out_everywhere": "退出全部设备",
    "agencies.log_out_idle": "自动退出",
    "agencies.open_account": "开设账号",
    "agencies.rename_region": "修改区划名称",
    "agencies.reset_password": "重置口令",
    "agencies.restore": "恢复账号",
    "agencies.restore_region": "恢复区划",
    "agencies.retire_region": "撤销区划",
    "agencies.set_email": "修改邮箱",
    "agencies.set_up": "首次设置",
    "agencies.suspend": "停用账号",
    "catalog.add_trade": "增加行业",
    "catalog.adopt_trade": "采用随附行业名称",
    "catalog.change_trade": "修改行业",
    "catalog.create_version": "新建清单",
    "catalog.delete_item": "删除事项",
    "catalog.keep_trade": "保留本地行业名称",
    "catalog.revise_version": "修改清单",
    "catalog.save_item": "保存事项",
    "core.export_trail": "下载留痕",
    "core.name_portal": "更改平台名称",
    "core.resend_mail": "重新发送邮件",
    "core.verify_trail": "核验留痕",
    "deadlines.clear_day": "撤销本地调整",
    "deadlines.enter_year": "录入节假日",
    "deadlines.escalate": "逾期上报",
    "deadlines.overdue": "标记逾期",
    "deadlines.recompute": "重新计算期限",
    "deadlines.set_day": "调整某一天",
    "deadlines.start": "起算期限",
    "draws.commit": "提交密封值",
    "draws.consent": "同意按 C 级摇号",
    "draws.enter_beacon": "录入公共随机源",
    "draws.overdue": "标明逾期未开",
    "draws.print_slip": "打印抽签凭条",
    "draws.propose_void": "提请作废",
    "draws.refuse_void": "不同意作废",
    "draws.reveal": "公开密封值",
    "inspections.amend_paper": "更正文书",
    "inspections.answer": "填写事项",
    "inspections.answer_rest": "其余未发现问题",
    "inspections.attach": "上传照片",
    "inspections.dispatch": "派发",
    "inspections.officer_confirm": "检查人员逐人确认",
    "inspections.refuse_signature": "记录拒签",
    "inspections.remove_evidence": "删除照片",
    "inspections.set_outcome": "记录到场情况",
    "inspections.wrong_password": "确认时口令错误",
    "plans.add_line": "新增计划项",
    "plans.adjust": "调整计划",
    "plans.change_line": "修改计划项",
    "plans.create": "新建计划",
    "plans.delete_line": "删除计划项",
    "plans.propose_profile": "拟定抽查规则",
    "plans.revise": "修改计划说明",
    "publication.publish": "审批并公示",
    "publication.return": "审批退回",
    "registries.add_inspector": "新增检查人员",
    "registries.add_leave": "登记请假",
    "registries.add_target": "新增检查对象",
    "registries.change_inspector": "修改检查人员",
    "registries.change_target": "修改检查对象",
    "registries.declare_recusal": "登记回避",
    "registries.end_leave": "撤销请假",
    "registries.end_recusal": "解除回避",
    "registries.grade_target": "评定等级",
    "registries.import_inspector": "逐人导入",
    "registries.import_inspectors": "导入检查人员",
    "registries.import_target": "逐户导入",
    "registries.import_targets": "导入检查对象",
    "registries.retire_inspector": "办理离岗",
    "registries.retire_target": "变更登记状态",
    "registries.reveal": "查看完整号码",
    "registries.set_reach": "设定可派往的县区",
    "tasks.arrange_staffing": "设定人员条件",
    "tasks.change": "修改任务",
    "tasks.create": "发起任务",
    "tasks.exempt": "列为不受频次限制",
    "tasks.hand_in_report": "报送总结",
    "tasks.keep_inspector": "不同意更换人员",
    "tasks.keep_target": "不予替换对象",
    "tasks.replace": "替换检查对象",
    "tasks.report_target": "报告名单有误",
    "tasks.request_substitution": "申请更换人员",
    "tasks.revoke_exemption": "取消不受频次限制",
    "tasks.substitute": "更换检查人员",
}


# What was written before the draws had an app of their own; sealed lines keep their words.
FORMER = {
    "tasks.commit": "提交密封值",
    "tasks.consent": "同意按 C 级摇号",
    "tasks.enter_beacon": "录入公共随机源",
    "tasks.freeze": "封存名单、封存",
    "tasks.open": "摇号、开启",
    "tasks.overdue": "标明逾期未开",
    "tasks.print_slip": "打印抽签凭条",
    "tasks.propose_void": "提请作废",
    "tasks.refuse_void": "不同意作废",
    "tasks.reveal": "公开密封值",
    "tasks.void": "作废",
}


@cache
def labels() -> dict[str, str]:
    """Verb -> words. Where flows of one app share a verb, the words of both."""
    found: dict[str, list[str]] = {}
    for model in apps.get_models():
        for move in getattr(model, "flow", ()):
            words = found.setdefault(f"{model._meta.app_label}.{move.name}", [])
            if move.label not in words:
                words.append(move.label)
    return {verb: "、".join(words) for verb, words in found.items()} | FORMER | WORDS


def label(verb: str) -> str:
    """The words for a verb; one nobody has named stands as it is."""
    return labels().get(verb, verb)
