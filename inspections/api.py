"""JSON for the phone: the same reads and services as the pages."""

from typing import cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.models import User
from core.errors import demand
from inspections import services
from inspections.models import Inspection, Section
from inspections.reads.form_state import Part, Sheet
from inspections.reads.refusals import why_not_work_on
from inspections.rules import OUTCOMES, PROBLEMS, RESULTS
from inspections.rules.photos import LARGEST


class AnswerInputSerializer(serializers.Serializer):
    """One item as entered. `version` is the one the form showed, 0 for none."""

    result = serializers.ChoiceField(choices=RESULTS)
    problems = serializers.ListField(
        child=serializers.ChoiceField(choices=PROBLEMS), default=list, max_length=len(PROBLEMS)
    )
    remark = serializers.CharField(default="", allow_blank=True, max_length=5000)
    rectify_by = serializers.DateField(default=None, allow_null=True)
    version = serializers.IntegerField(min_value=0, default=0)


class AnswerSerializer(serializers.Serializer):
    """One item as stored. `words` is the whole answer in one Chinese line."""

    item = serializers.IntegerField(source="item_id")
    result = serializers.CharField()
    problems = serializers.ListField(child=serializers.CharField())
    remark = serializers.CharField(allow_blank=True)
    rectify_by = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()
    updated_by = serializers.CharField()
    updated_at = serializers.DateTimeField()
    words = serializers.CharField()


class LackSerializer(serializers.Serializer):
    """One thing to add before the officers can confirm; `item` is null for the whole form."""

    item = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()


class SavedSerializer(serializers.Serializer):
    """The stored answer, and what its section still lacks."""

    answer = AnswerSerializer()
    answered = serializers.IntegerField()
    total = serializers.IntegerField()
    missing = LackSerializer(many=True)


class RefusalSerializer(serializers.Serializer):
    """Why nothing was done. `current` stands beside a conflict: the colleague's version."""

    message = serializers.CharField()
    current = AnswerSerializer(required=False)


class SubmissionSerializer(serializers.Serializer):
    """The number of a submission, made by the client; the same one again changes nothing."""

    submission_id = serializers.UUIDField()


class StateSerializer(serializers.Serializer):
    """Where a section stands."""

    id = serializers.IntegerField(source="pk")
    status = serializers.CharField()
    submission_id = serializers.UUIDField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)


class PhotoInputSerializer(serializers.Serializer):
    """One photo, of one item of the section or of the section as a whole."""

    photo = serializers.FileField(
        error_messages={"required": "没有照片。", "empty": "这个文件是空的，没有上传。请重新拍照。"}
    )
    item = serializers.IntegerField(default=None, allow_null=True)


class PhotoSerializer(serializers.Serializer):
    """A photo as kept. `sha256` is of the original."""

    id = serializers.IntegerField(source="pk")
    item = serializers.IntegerField(source="item_id", allow_null=True)
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    taken_at = serializers.DateTimeField(allow_null=True)
    uploaded_at = serializers.DateTimeField()


class ItemSerializer(serializers.Serializer):
    """An item with what is looked at."""

    id = serializers.IntegerField(source="pk")
    code = serializers.CharField()
    name = serializers.CharField()
    content = serializers.CharField()
    standard = serializers.CharField(allow_blank=True)
    checkpoints = serializers.SerializerMethodField()

    def get_checkpoints(self, item: object) -> list[dict[str, str]]:
        """Text, standard and materials of each checkpoint."""
        return [
            {"text": point.text, "standard": point.standard, "materials": point.materials}
            for point in item.checkpoints.all()
        ]


class PartSerializer(serializers.Serializer):
    """One agency's section."""

    id = serializers.IntegerField(source="section.pk")
    agency = serializers.CharField(source="section.agency.name")
    status = serializers.CharField(source="section.status")
    is_own = serializers.SerializerMethodField()
    items = ItemSerializer(many=True)
    answers = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()
    confirmed_by = serializers.SerializerMethodField()

    def get_is_own(self, part: Part) -> bool:
        """Whether the caller fills it."""
        return part.has_officer(self.context["user"])

    @extend_schema_field(AnswerSerializer(many=True))
    def get_answers(self, part: Part) -> list[dict[str, object]]:
        """What has been found so far."""
        return AnswerSerializer(part.answers.values(), many=True).data

    @extend_schema_field(LackSerializer(many=True))
    def get_missing(self, part: Part) -> list[dict[str, object]]:
        """What is to be added before the officers can confirm."""
        return _missing(part)

    def get_confirmed_by(self, part: Part) -> list[str]:
        """The officers who stand for it."""
        return [str(one.inspector) for one in part.team if one.confirmation]


class SheetSerializer(serializers.Serializer):
    """The whole form of one visit."""

    id = serializers.IntegerField(source="inspection.pk")
    task = serializers.CharField(source="inspection.task.number")
    target = serializers.CharField(source="inspection.target.name")
    code = serializers.CharField(source="inspection.target.code")
    address = serializers.CharField(source="inspection.target.address")
    status = serializers.CharField(source="inspection.status")
    entered_at = serializers.DateTimeField(source="inspection.entered_at", allow_null=True)
    outcome = serializers.ChoiceField(
        choices=OUTCOMES, source="inspection.outcome", allow_blank=True
    )
    outcome_note = serializers.CharField(source="inspection.outcome_note", allow_blank=True)
    sections = PartSerializer(source="parts", many=True)
    digest = serializers.CharField()
    is_signed = serializers.SerializerMethodField()

    def get_is_signed(self, sheet: Sheet) -> bool:
        """Whether a signature or refusal stands under the form as it is."""
        return sheet.signature is not None


def _missing(part: Part) -> list[dict[str, object]]:
    return [{"item": pk, "text": text} for pk, text in part.missing]


def _own_section(request: Request, pk: int, action: str) -> Section:
    """404 for what the caller may not see, 403 for what others fill, before the body is read."""
    sections = Section.objects.visible_to(request.user).select_related("inspection", "agency")
    section = get_object_or_404(sections, pk=pk)
    demand(why_not_work_on(section, action, cast(User, request.user)))
    return section


@extend_schema(
    responses={200: SheetSerializer, 404: OpenApiResponse(description="没有或不可见")},
    summary="一企一表",
)
@api_view(["GET"])
def inspection(request: Request, pk: int) -> Response:
    """The form of one visit with every section, as far as the caller may see it."""
    visits = Inspection.objects.visible_to(request.user).with_form()
    sheet = Sheet(get_object_or_404(visits, pk=pk))
    return Response(SheetSerializer(sheet, context={"user": request.user}).data)


@extend_schema(
    request=AnswerInputSerializer,
    responses={
        200: SavedSerializer,
        403: RefusalSerializer,
        404: OpenApiResponse(description="没有或不可见"),
        409: RefusalSerializer,
        422: RefusalSerializer,
    },
    summary="保存一项检查情况",
)
@api_view(["PUT"])
def answer(request: Request, pk: int, item_pk: int) -> Response:
    """Save one item of the own section. The same content again changes nothing; a colleague's
    newer version is answered with 409 and stands beside the message."""
    section = _own_section(request, pk, "change")
    item = section.items.filter(pk=item_pk).first()
    if item is None:
        raise Http404
    entered = AnswerInputSerializer(data=request.data)
    entered.is_valid(raise_exception=True)
    try:
        row = services.answer(section, item, **entered.validated_data, actor=request.user)
    except services.AnswerConflict as error:
        body = {"message": error.message, "current": error.current}
        return Response(RefusalSerializer(body).data, status=error.status)
    part = Sheet.load(section.inspection_id).part(section)
    body = {
        "answer": row,
        "answered": part.answered,
        "total": part.total,
        "missing": _missing(part),
    }
    return Response(SavedSerializer(body).data)


@extend_schema(
    request=SubmissionSerializer,
    responses={
        200: StateSerializer,
        403: RefusalSerializer,
        404: OpenApiResponse(description="没有或不可见"),
        409: RefusalSerializer,
    },
    summary="提交本部门记录",
)
@api_view(["POST"])
def submit(request: Request, pk: int) -> Response:
    """Hand in the own section, once for each submission number."""
    section = _own_section(request, pk, "submit")
    entered = SubmissionSerializer(data=request.data)
    entered.is_valid(raise_exception=True)
    done = services.submit(section, **entered.validated_data, actor=request.user)
    return Response(StateSerializer(done).data)


@extend_schema(
    request={"multipart/form-data": PhotoInputSerializer},
    responses={
        200: PhotoSerializer,
        403: RefusalSerializer,
        404: OpenApiResponse(description="没有或不可见"),
        409: RefusalSerializer,
        422: RefusalSerializer,
    },
    summary="上传一张照片",
)
@api_view(["POST"])
@parser_classes([MultiPartParser])
def photo(request: Request, pk: int) -> Response:
    """Add a photo to the own section. The same photo again changes nothing."""
    section = _own_section(request, pk, "change")
    entered = PhotoInputSerializer(data=request.data)
    entered.is_valid(raise_exception=True)
    item_pk = entered.validated_data["item"]
    item = get_object_or_404(section.items, pk=item_pk) if item_pk else None
    data = entered.validated_data["photo"].read(LARGEST + 1)
    row = services.attach(section, data, item=item, actor=request.user)
    return Response(PhotoSerializer(row).data)
