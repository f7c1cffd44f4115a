"""The report form: three answers that are required (what, where, is anyone in danger), the rest as people like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from grids.datums import Crs, to_wgs84
from grids.prepared import Prepared
from issues.errors import Refusal
from issues.intake import joining, reaching, reporting
from issues.intake.doors import Door, other_doors
from issues.intake.joining import Known, Spot
from issues.intake.reporting import Contact, Draft
from issues.models import Category, Requester, Submission
from issues.services import ways_open
from issues.terms import RequestType
from mapui import place_choice
from mapui.place_choice import PlaceChoice
from mapui.report_files import FilesForm

NOT_SURE = "unsure"
NOT_KNOWN = "new"  # “no, it is another”


@dataclass(frozen=True)
class Kind:
    """A group of categories as the form offers it. `is_vague`: the group alone is answer enough."""

    group: Category
    members: list[Category]
    is_vague: bool

    @property
    def code(self) -> str:
        return self.group.code

    @property
    def name(self) -> str:
        return self.group.name

    @property
    def icons(self) -> tuple[str, str]:
        """Templates of its picture, the one for any group last."""
        return f"mapui/kinds/{self.code}.svg", "mapui/kinds/any.svg"


_choosable = Prepared(lambda: Category.objects.for_choosing())
_choosable_in = Prepared(lambda code: Category.objects.for_choosing().in_group(code))


def kinds(group: str = "") -> list[Kind]:
    """The groups of categories in use (or the one with that code), in order, with their members; one query."""
    groups: list[Category] = []
    members: dict[int | None, list[Category]] = {}
    for category in _choosable_in(group) if group else _choosable():
        if category.group_id is None:
            groups.append(category)
        else:
            members.setdefault(category.group_id, []).append(category)
    return [_kind(group, members.get(group.pk, [])) for group in groups]


def _kind(group: Category, members: list[Category]) -> Kind:
    return Kind(group, members, is_vague=not any(member.sealed for member in members))


class ReportForm(FilesForm):
    """What a resident, or somebody for them, fills in. `cleaned_draft` is what `issues.intake.reporting.report` takes."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("What is the matter?"),
        max_length=reporting.TEXT_MAX,
        required=False,  # if it was spoken
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": gettext_lazy("That is too long: %(limit_value)d characters are possible.")},
    )
    place_text = forms.CharField(label=gettext_lazy("Place in words"), max_length=200, required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    accuracy = forms.FloatField(required=False, min_value=0, max_value=100_000)
    crs = forms.ChoiceField(choices=Crs.choices, required=False)
    danger = forms.ChoiceField(
        label=gettext_lazy("Is anyone in danger right now?"),
        choices=(("no", gettext_lazy("No danger")), ("yes", gettext_lazy("Yes, danger"))),
        error_messages={"required": gettext_lazy("Please say whether anyone is in danger right now.")},
    )
    group = forms.CharField(required=False, max_length=60)
    category = forms.CharField(required=False, max_length=60)
    nickname = forms.CharField(label=gettext_lazy("How to address you"), max_length=40, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=120, required=False)
    answer_by = forms.ChoiceField(label=gettext_lazy("How should we answer?"), choices=Requester.Channel.choices, required=False)
    join = forms.CharField(required=False, max_length=20)  # number of a known issue that it is; or NOT_KNOWN
    device_at = forms.DateTimeField(required=False)
    visit = forms.UUIDField(required=False)  # the same for all problems that were named at one visit
    # Only for staff who enter it for somebody.
    solved = forms.BooleanField(label=gettext_lazy("Solved on the spot"), required=False)
    done = forms.CharField(
        label=gettext_lazy("What was done"), max_length=reporting.TEXT_MAX, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    request_type = forms.ChoiceField(label=gettext_lazy("Kind of request"), choices=RequestType.choices, required=False)
    occurred_at = forms.DateTimeField(
        label=gettext_lazy("When did it happen?"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    @property
    def pin(self) -> Point | None:
        """The pin in EPSG:4326, once the form was cleaned."""
        lon, lat = self.cleaned_data.get("lon"), self.cleaned_data.get("lat")
        if lon is None or lat is None:
            return None
        return Point(*to_wgs84(lon, lat, self.cleaned_data.get("crs") or Crs.WGS84), srid=4326)

    @cached_property
    def place(self) -> PlaceChoice:
        """The place as it was chosen so far, also of a form that is not valid."""
        codes = self.data.getlist("area") if self.is_bound else []  # type: ignore[attr-defined]
        point = self.pin
        if point is None:
            return place_choice.from_lists(codes)
        return place_choice.with_pin(codes, point, self.cleaned_data.get("accuracy"))

    @cached_property
    def kinds(self) -> list[Kind]:
        return kinds()

    @cached_property
    def other_doors(self) -> list[Door]:
        """Doors that the text seems to belong to and that the person has not been shown yet."""
        shown = self.data.getlist("shown") if self.is_bound else []  # type: ignore[attr-defined]
        return [door for door in other_doors(self.cleaned_data.get("text", "")) if door.code not in shown]

    @cached_property
    def known(self) -> list[Known]:
        """What is known near by and may be the same; asked of a form that may not be valid yet."""
        if self.cleaned_data.get("danger") == "yes" or self.cleaned_data.get("solved"):
            return []
        spot = Spot(self.place.point, self.place.area, self._kind_chosen)
        return joining.known_near(spot, now())

    @property
    def asks_whether_known(self) -> bool:
        """Whether the person has still to say if it is one of those."""
        return not self.cleaned_data.get("join") and bool(self.known)

    @property
    def _kind_chosen(self) -> Category | None:
        """The category or group that was chosen; None: not sure."""
        kind, exact = self._kind, self.cleaned_data.get("category", "")
        return next((member for member in kind.members if member.code == exact), kind.group) if kind else None

    @cached_property
    def _kind(self) -> Kind | None:
        """The group that was chosen, with its members; None: not sure, or there is none of that code."""
        group = self.cleaned_data.get("group", "")
        return next(iter(kinds(group)), None) if group and group != NOT_SURE else None

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        try:
            reaching.check_phone(phone)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.sentence) from None
        return phone

    def clean(self) -> dict[str, Any]:
        super().clean()
        self._clean_words()
        self._clean_place()
        self._clean_category()
        self._clean_answer()
        if self.cleaned_data.get("solved") and not self.cleaned_data.get("done", "").strip():
            self.add_error("done", _("Say what was done."))
        return self.cleaned_data

    def _clean_words(self) -> None:
        """Whose only words were spoken says so, until somebody has listened and written them down."""
        if "text" in self.errors or self.cleaned_data["text"]:
            return
        if self.is_spoken:
            self.cleaned_data["text"] = _("Voice note, not written down yet.")
        else:
            self.add_error("text", _("Please say what is the matter."))

    def _clean_place(self) -> None:
        place = self.place
        if place.area is None and place.point is None:
            self.add_error(None, forms.ValidationError(_("Please say where it is."), code="place"))
        elif (place.is_unknown or place.outside) and not self.cleaned_data.get("place_text"):
            self.add_error("place_text", _("Please describe the place in words, so that somebody can find it."))

    def _clean_category(self) -> None:
        """The exact category if it belongs to the group; else the group if that is enough; else nothing: not sure."""
        group, exact = self.cleaned_data.get("group", ""), self.cleaned_data.get("category", "")
        self.cleaned_data["category"] = ""
        if not group or group == NOT_SURE:
            return
        kind = self._kind
        if kind and any(member.code == exact for member in kind.members):
            self.cleaned_data["category"] = exact
        elif kind and kind.is_vague:
            self.cleaned_data["category"] = group
        else:
            self.add_error("category", _("Please choose more exactly what it is about: some of these are confidential."))

    def _clean_answer(self) -> None:
        by = self.cleaned_data.get("answer_by") or Requester.Channel.NONE
        try:
            reaching.check_way(by, phone=self.data.get("phone", ""), email=self.data.get("email", ""))
        except Refusal as refusal:
            self.add_error(refusal.field, refusal.sentence)

    @property
    def answer_ways(self) -> list[tuple[str, str]]:
        """By what an answer is offered: only what is set up here. A report that was written offline may still ask for another."""
        return ways_open()

    def cleaned_draft(self, channel: Submission.Channel) -> Draft:
        """The report; call it when the form is valid. Raises FileRefused if a file is no longer held."""
        data = self.cleaned_data
        photos, voice = self.files_to_send()
        has_point = self.place.point is not None
        return Draft(
            uuid=data["uuid"],
            text=data["text"],
            category=data["category"],
            danger=data["danger"] == "yes",
            xy=(data["lon"], data["lat"]) if has_point else None,
            crs=Crs(data["crs"] or Crs.WGS84),
            accuracy_m=data["accuracy"] if has_point else None,
            area=self.place.area.code if self.place.area else "",
            place_text=data["place_text"],
            contact=self._contact(),
            contact_uuid=data["visit"],
            channel=channel,
            request_type=RequestType(data["request_type"] or RequestType.HELP),
            occurred_at=data["occurred_at"],
            device_at=data["device_at"],
            language=get_language() or "",
            photos=photos,
            voice=voice,
            done=data["done"].strip() if data["solved"] else "",
            join=self.meant,
            located=self.place.found if has_point else None,
            kind=self._kind_chosen,
        )

    @property
    def meant(self) -> str:
        """Number of the known issue that the person said it is; empty if it is another."""
        join: str = self.cleaned_data["join"]
        return "" if join == NOT_KNOWN else join

    def _contact(self) -> Contact:
        data = self.cleaned_data
        channel = Requester.Channel(data["answer_by"] or Requester.Channel.NONE)
        return Contact(nickname=data["nickname"], phone=data["phone"], email=data["email"], channel=channel)

    def refuse(self, refusal: Refusal) -> None:
        """Show what a service said, beside the input that has to change if there is one."""
        if refusal.field in self.fields:
            self.add_error(refusal.field, refusal.sentence)
        else:
            self.add_error(None, forms.ValidationError(refusal.sentence, code=refusal.field or "refused"))
