"""A draw that was frozen before the upgrade goes on after it; prints what came of it, as JSON.

python -m tests.upgrade.continued
"""

import json
import os
import sys

import django


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    django.setup()
    json.dump(continued(), sys.stdout, ensure_ascii=False)


def continued():
    """Seal a value, void the draw, freeze and open its successor: all by the services."""
    from agencies.models import User  # noqa: PLC0415
    from draws import drs1  # noqa: PLC0415
    from draws import services as draws  # noqa: PLC0415
    from draws.models import Draw  # noqa: PLC0415
    from draws.reads import certificates  # noqa: PLC0415
    from tasks import services  # noqa: PLC0415

    def person(name):
        return User.objects.get(username=name)

    frozen = Draw.objects.get(draw_id="341300-2021-005-1")
    part = frozen.contributors.get(agency=person("admin-shichang").agency)
    digest = drs1.commit_digest(part.code, frozen.freeze_digest, bytes(32))
    draws.commit(part, digest, actor=person("admin-shichang"))
    services.propose_void(frozen, "名录漏了一个县区", actor=person("lead"))
    services.void(frozen, actor=person("leader"))
    task = frozen.drawn_for.task
    again = services.freeze_targets(task, actor=person("lead"))
    draws.consent(again, actor=person("admin-shichang"))
    words = {"witness": "市保安协会见证人", "phrase": "704218"}
    services.open_targets(again, actor=person("lead"), **words)
    checked = [*Draw.objects.exclude(seed="").filter(purpose="targets").order_by("pk")]
    return {
        "voided": [frozen.status, bool(frozen.result_digest)],
        "successor": [again.draw_id, again.status, again.supersedes.draw_id],
        "listed": task.selections.count(),
        "verified": {d.draw_id: drs1.verify(certificates.build(d)).verdict for d in checked},
    }


if __name__ == "__main__":
    main()
