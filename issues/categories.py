"""Categories from a file (`issues/data/categories.toml` is ours): read, checked, and brought into the table."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from django.db import transaction
from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from issues.models import Category
from issues.terms import Light, RequestType
from issues.workflow import LEVEL_OF

SHIPPED = Path(__file__).parent / "data" / "categories.toml"

ByLanguage = Annotated[dict[str, str], Field(min_length=1)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", max_length=60)]


class CategoryFaults(Exception):
    """What is wrong with a file of categories: one sentence per fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Code
    names: ByLanguage

    def columns(self, order: int) -> dict[str, Any]:
        """The values of the row's columns."""
        return {"code": self.code, "names": self.names, "group": None, "order": order, "is_active": True}


class CategoryRow(_Row):
    light: Literal["green", "blue", "yellow"]
    urgency: Literal["urgent", "normal"] = "normal"
    danger: bool = False
    lead: Annotated[str, Field(max_length=120)] = ""
    physical: bool = True
    non_public: bool = False
    sealed: bool = False
    request: RequestType | Literal[""] = ""
    filing: dict[str, str] = {}
    closing: dict[str, str] = {}
    external_codes: dict[str, str | list[str]] = {}

    def columns(self, order: int) -> dict[str, Any]:
        """The values of the row's columns, but for its group."""
        return {
            **super().columns(order),
            "level": LEVEL_OF[Light(self.light)],
            "urgency": self.urgency,
            "asks_danger": self.danger,
            "lead": self.lead,
            "physical": self.physical,
            "non_public": self.non_public or self.sealed,
            "sealed": self.sealed,
            "request_type": self.request,
            "filing": self.filing,
            "closing": self.closing,
            "external_codes": self.external_codes,
        }


class GroupRow(_Row):
    categories: list[CategoryRow] = []


class CategoryFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    groups: Annotated[list[GroupRow], Field(min_length=1)]


@dataclass(frozen=True)
class Loaded:
    """What came of a file."""

    groups: int
    categories: int
    created: int
    retired: int


def read(text: str) -> CategoryFile:
    """The file's content; raises CategoryFaults, each fault naming its group or category."""
    try:
        content = tomllib.loads(text)
        file = CategoryFile.model_validate(content)
    except tomllib.TOMLDecodeError as error:
        raise CategoryFaults([gettext("This is not readable as TOML: %(problem)s.") % {"problem": error}]) from error
    except ValidationError as error:
        raise CategoryFaults([_sentence(content, dict(fault)) for fault in error.errors(include_url=False)]) from error
    codes = [row.code for group in file.groups for row in (group, *group.categories)]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise CategoryFaults([gettext("The code “%(code)s” stands in the file more than once.") % {"code": code} for code in twice])
    return file


def _sentence(content: object, fault: dict[str, object]) -> str:
    """The fault, with the code of the row it is in, if that has one."""
    place, code = content, ""
    steps = fault["loc"] if isinstance(fault["loc"], tuple) else ()
    for step in steps:
        try:
            place = place[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(place, dict) and "code" in place:
            code = str(place["code"])
    words = {"code": code, "key": ".".join(str(step) for step in steps), "problem": str(fault["msg"])}
    return gettext("“%(code)s” (%(key)s): %(problem)s.") % words


@transaction.atomic
def load(file: CategoryFile, *, retire_others: bool = False) -> Loaded:
    """Bring the table in line with the file: what is new is made, what is known is updated, nothing is removed.

    `retire_others`: what the file does not name can no longer be chosen (issues keep it).
    """
    codes = [row.code for group in file.groups for row in (group, *group.categories)]
    known = Category.objects.with_codes(codes).count()
    groups = _save([group.columns(order) for order, group in enumerate(file.groups)])
    members = _save(
        [
            {**row.columns(place), "group": group}
            for group, named in zip(groups, file.groups, strict=True)
            for place, row in enumerate(named.categories)
        ]
    )
    retired = _retire(codes) if retire_others else 0
    return Loaded(len(groups), len(members), len(codes) - known, retired)


def _save(rows: Sequence[dict[str, Any]]) -> list[Category]:
    """All rows in one statement; of a code that is known the other columns become what they are here."""
    if not rows:
        return []
    columns = rows[0].keys() - {"code"}
    return Category.objects.bulk_create(
        [Category(**row) for row in rows], update_conflicts=True, unique_fields=["code"], update_fields=columns
    )


def _retire(kept: Iterable[str]) -> int:
    return Category.objects.others_in_use(kept).update(is_active=False)
