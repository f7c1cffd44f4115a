"""Categories from a file (`issues/data/categories.toml` is ours): read, checked, and brought into the table."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

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

    def columns(self) -> dict[str, object]:
        """The values of the row's columns, but for its code, group and order."""
        return {
            "names": self.names,
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
            "is_active": True,
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
    created, seen, categories = 0, [], 0
    for order, group in enumerate(file.groups):
        row, is_new = _save(group.code, {"names": group.names, "group": None, "order": order, "is_active": True})
        created += is_new
        seen.append(group.code)
        for place, category in enumerate(group.categories):
            _, is_new = _save(category.code, {**category.columns(), "group": row, "order": place})
            created += is_new
            categories += 1
            seen.append(category.code)
    retired = _retire(seen) if retire_others else 0
    return Loaded(len(file.groups), categories, created, retired)


def _save(code: str, columns: dict[str, object]) -> tuple[Category, bool]:
    return Category.objects.update_or_create(code=code, defaults=columns)


def _retire(kept: Iterable[str]) -> int:
    return Category.objects.others_in_use(kept).update(is_active=False)
