"""A row of the source as a case of ours, or the reason why it cannot be one. Knows no database."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from grids import datums
from grids.datums import Crs
from issues.importing.mapping import Mapping
from issues.importing.rows import Row
from issues.models import Category
from issues.workflow import ENDS, Status, Urgency

TITLE_LENGTH = 120
PLACE_LENGTH = 200
ID_LENGTH = 80


class BadRow(Exception):
    """Why a row cannot be imported, as a sentence."""


@dataclass(frozen=True)
class Case:
    """What a row says. `point`: longitude, latitude (EPSG:4326); `source_xy`: as it stood in the file."""

    source_id: str
    title: str
    text: str
    category: Category
    status: Status
    urgency: Urgency
    reported_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    point: tuple[float, float] | None
    source_xy: tuple[float, float] | None
    place: str
    area_code: str
    resolution: str


class CaseReader:
    """Reads rows by a mapping. `categories` by code; `at`: nothing is reported later than that."""

    def __init__(self, mapping: Mapping, categories: Dictionary[str, Category], *, at: datetime) -> None:
        self.mapping = mapping
        self.categories = categories
        self.at = at

    def read(self, row: Row) -> Case:
        """The case of a row. Raises BadRow."""
        columns = self.mapping.columns
        source_id = row[columns.id]
        if not source_id or len(source_id) > ID_LENGTH:
            raise BadRow(
                _("The number in the column “%(column)s” is missing or longer than 80 characters.") % {"column": columns.id}
            )
        reported_at = self._time(row, columns.reported)
        if reported_at is None:
            raise BadRow(_("The column “%(column)s” is empty: when was it reported?") % {"column": columns.reported})
        if reported_at > self.at:
            raise BadRow(_("“%(time)s” lies in the future.") % {"time": row[columns.reported]})
        status, closed_at = self._end(row, reported_at)
        source_xy = self._xy(row)
        text = self._text(row)
        return Case(
            source_id=source_id,
            title=(row[columns.title] if columns.title else text.split("\n")[0])[:TITLE_LENGTH]
            or row[columns.category][:TITLE_LENGTH],
            text=text or row[columns.category],
            category=self._category(row[columns.category]),
            status=status,
            urgency=self._urgency(row),
            reported_at=reported_at,
            closed_at=closed_at,
            due_at=self._time(row, columns.due),
            point=self._point(source_xy),
            source_xy=source_xy,
            place=row[columns.place][:PLACE_LENGTH] if columns.place else "",
            area_code=self.mapping.area_prefix + row[columns.area] if columns.area and row[columns.area] else "",
            resolution=row[columns.resolution] if columns.resolution else "",
        )

    def _time(self, row: Row, column: str) -> datetime | None:
        text = row[column] if column else ""
        if not text:
            return None
        try:
            return self.mapping.time(text)
        except ValueError:
            raise BadRow(_("“%(text)s” in the column “%(column)s” is not a time.") % {"text": text, "column": column}) from None

    def _end(self, row: Row, reported_at: datetime) -> tuple[Status, datetime | None]:
        columns = self.mapping.columns
        status = self.mapping.status.get(row[columns.status] if columns.status else "", self.mapping.default_status)
        closed_at = self._time(row, columns.closed)
        if status not in ENDS:
            return status, None
        if closed_at is None:
            raise BadRow(_("It has ended, but the column “%(column)s” does not say when.") % {"column": columns.closed or "closed"})
        if closed_at < reported_at:
            if self.mapping.closed_before_reported == "clamp":
                return status, reported_at
            raise BadRow(
                _("It was closed (%(closed)s) before it was reported (%(reported)s).")
                % {"closed": row[columns.closed], "reported": row[columns.reported]}
            )
        return status, closed_at

    def _category(self, word: str) -> Category:
        code = self.mapping.categories.get(word, word if word in self.categories else self.mapping.default_category)
        category = self.categories.get(code)
        if category is None:
            raise BadRow(_("The mapping names no category for “%(word)s”.") % {"word": word})
        return category

    def _urgency(self, row: Row) -> Urgency:
        word = row[self.mapping.columns.urgency] if self.mapping.columns.urgency else ""
        return self.mapping.urgency.get(word, Urgency.NORMAL)

    def _text(self, row: Row) -> str:
        named = self.mapping.columns.text
        parts = [row[column] for column in ([named] if isinstance(named, str) else named) if column]
        return "\n".join(dict.fromkeys(part for part in parts if part))

    def _xy(self, row: Row) -> tuple[float, float] | None:
        columns = self.mapping.columns
        if not columns.lon or not row[columns.lon] or not row[columns.lat]:
            return None
        if any(row[column] in values for column, values in self.mapping.no_point.items()):
            return None
        try:
            lon, lat = float(row[columns.lon]), float(row[columns.lat])
        except ValueError:
            lon = lat = float("nan")
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise BadRow(
                _("“%(lon)s, %(lat)s” is not a longitude and a latitude.") % {"lon": row[columns.lon], "lat": row[columns.lat]}
            )
        return lon, lat

    def _point(self, source_xy: tuple[float, float] | None) -> tuple[float, float] | None:
        if source_xy is None or self.mapping.crs == Crs.WGS84:
            return source_xy
        return datums.to_wgs84(*source_xy, self.mapping.crs)
