"""Reading the public site as a stranger does."""

from django.urls import reverse

from publication.models import Publication

FIRM = "灵璧石铎保安服务有限公司"


def page_urls(world):
    """Every public page and download about a task and a firm."""
    draw = world.made.draw_id
    code = world.firm.code
    files = ("plan", "freeze", "closed", "candidates", "inspectors", "recusals", "result")
    return [
        reverse("publication:home"),
        reverse("publication:results"),
        *(
            reverse("publication:results") + f"?choose={name}"
            for name in ("region", "agency", "trade", "item", "result", "since")
        ),
        reverse("publication:results_csv"),
        *(row.get_absolute_url() for row in Publication.objects.all()),
        reverse("publication:firm", args=[code]),
        reverse("publication:tasks"),
        reverse("publication:task", args=[world.task.number]),
        reverse("publication:draws"),
        reverse("publication:draw", args=[draw]),
        reverse("publication:certificate", args=[draw]),
        reverse("publication:verify_page", args=[draw]),
        *(reverse("publication:draw_file", args=[draw, name]) for name in files),
        reverse("publication:items"),
        reverse("publication:item_list", args=["341300-gongan", 1]),
        reverse("publication:plans"),
        reverse("publication:plan", args=["341300-gongan", 2021]),
        reverse("publication:data"),
        reverse("publication:help"),
        reverse("publication:drs1"),
    ]


def text_of(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode()


def read(client, name, *args, **query):
    return text_of(client.get(reverse(f"publication:{name}", args=args), query))
