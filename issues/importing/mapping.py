"""The mapping file: which column means what, in which zone and datum, and what the source's words are called here.

TOML; every key is explained in docs/import.md. Example: fixtures/boston/mapping.toml.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from grids.datums import Crs
from issues.errors import Refusal
from issues.terms import ENDS, Light, Status, Urgency
from issues.workflow import LEVEL_OF
from representatives.register_guard import banned_terms

# What else a status says (until when it stands still, who is asked) no table of another system tells.
IMPORTABLE = ENDS | {Status.SUBMITTED, Status.ACCEPTED, Status.ASSIGNED, Status.IN_PROGRESS}

# What a column of numbers by which people are reached or told apart is called.
_NUMBERS_OF_PEOPLE = re.compile(
    r"电话|手机|联系方式|身份证|证件号|(?<![a-z])(?:phone|mobile|tel|telephone|id ?card)(?![a-z])", re.IGNORECASE
)


class BadMapping(Refusal):
    """The mapping file cannot be used; one sentence per fault, a line each."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(_("“%(name)s” is not a time zone") % {"name": name}) from error
    return name


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise ValueError(_("“%(name)s” is not an encoding") % {"name": name}) from error
    return name


def _status(status: Status) -> Status:
    if status not in IMPORTABLE:
        raise ValueError(_("no issue can be imported as “%(status)s”") % {"status": status.value})
    return status


def _light(light: Light) -> Light:
    if light == Light.RED:
        raise ValueError(_("red is for people to decide"))
    return light


class Columns(BaseModel):
    """Names of the source's columns. Several for `text` are joined, a line each."""

    model_config = ConfigDict(extra="forbid")

    id: str
    reported: str
    category: str
    text: str | list[str] = Field(default_factory=list)
    title: str = ""
    status: str = ""
    closed: str = ""
    due: str = ""
    lon: str = ""
    lat: str = ""
    place: str = ""
    area: str = ""
    urgency: str = ""
    resolution: str = ""

    @model_validator(mode="after")
    def _hold_no_register(self) -> Columns:
        """No lists of people come in by this door (domain notes §5.4.7): neither in the text nor in any other place."""
        for name in sorted(self.named()):
            if banned_terms().found_in(name) or _NUMBERS_OF_PEOPLE.search(name):
                sentence = _(
                    "“%(name)s” looks like a column of numbers by which people are reached or told apart; such are not imported"
                )
                raise ValueError(sentence % {"name": name})
        return self

    def named(self) -> set[str]:
        """Every column that the file must have."""
        texts = [self.text] if isinstance(self.text, str) else self.text
        return {name for name in (*texts, *(value for key, value in self if key != "text")) if name}


ImportableStatus = Annotated[Status, AfterValidator(_status)]


class Mapping(BaseModel):
    """One source's ways. `source` and a row's id together are the key under which a row is never imported twice."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[str, Field(min_length=1, max_length=40)]
    time_zone: Annotated[str, AfterValidator(_zone)]
    crs: Crs = Crs.WGS84
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    sheet: str = ""
    time_format: str = ""
    language: str = ""
    columns: Columns
    area_prefix: str = ""
    default_category: str = ""
    default_status: ImportableStatus = Status.IN_PROGRESS
    closed_before_reported: Literal["reject", "clamp"] = "reject"
    categories: dict[str, str] = Field(default_factory=dict)
    status: dict[str, ImportableStatus] = Field(default_factory=dict)
    urgency: dict[str, Urgency] = Field(default_factory=dict)
    light: dict[str, Annotated[Light, AfterValidator(_light)]] = Field(default_factory=dict)
    no_point: dict[str, list[str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _point_has_two_columns(self) -> Mapping:
        if bool(self.columns.lon) != bool(self.columns.lat):
            raise ValueError(_("columns.lon and columns.lat go together"))
        return self

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.time_zone)

    def time(self, text: str) -> datetime:
        """The source's wall time, aware; a time that carries its own offset keeps it. Raises ValueError."""
        if not self.time_format:
            found = datetime.fromisoformat(text)
            return found if found.tzinfo else found.replace(tzinfo=self.zone)
        if "%z" in self.time_format:
            return datetime.strptime(text, self.time_format)  # noqa: DTZ007 - %z is in the format
        return datetime.strptime(text, self.time_format).replace(tzinfo=self.zone)

    def spelled(self, wall: datetime) -> str:
        """A wall time of the source as `time` reads it: a workbook has dates where a CSV has texts."""
        if not self.time_format:
            return wall.isoformat()
        return wall.replace(tzinfo=self.zone).strftime(self.time_format)

    def level_of(self, code: str, usual: int) -> int:
        """The level at which issues of a category stand, unless the mapping says another light."""
        light = self.light.get(code)
        return int(LEVEL_OF[light]) if light else usual


def load_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file. Raises BadMapping with a sentence for each fault."""
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise BadMapping(_("The mapping file “%(path)s” cannot be read: %(why)s.") % {"path": path, "why": error}) from error
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(_("The mapping file “%(path)s” is not valid TOML: %(why)s.") % {"path": path, "why": error}) from error
    except ValidationError as error:
        faults = [_sentence(fault) for fault in error.errors()]
        raise BadMapping(_("The mapping file “%(path)s” has faults:") % {"path": path} + "\n" + "\n".join(faults)) from error


def _sentence(fault: ErrorDetails) -> str:
    """Where and what, for somebody who has never heard of the program that found it."""
    told = {"missing": _("is missing"), "extra_forbidden": _("is not a key of a mapping")}
    where = ".".join(str(part) for part in fault["loc"])
    what = told.get(fault["type"]) or str(fault.get("ctx", {}).get("error") or fault["msg"])
    return f"{where}: {what}." if where else f"{what}."
