"""A row of the source as a case of ours, or the reason why it cannot be one. Knows no database."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from datetime import UTC, datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from grids import datums
from grids.datums import Crs
from issues.importing.mapping import Mapping
from issues.importing.rows import MORE, Row
from issues.models import Category
from issues.terms import ENDS, Status, Urgency

TITLE_LENGTH = 120
PLACE_LENGTH = 200
ID_LENGTH = 80
# Outside of these a time is a stand-in for “none” (0001-01-01, 9999-12-31), or a slip.
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class BadRow(Exception):
    """Why a row cannot be imported, as a sentence."""


class Case(NamedTuple):
    """What a row says. Times are in UTC; `year`: of the report, by the source's clock. `point`: longitude, latitude (EPSG:4326);
    `source_xy`: as it stood in the file.
    """

    source_id: str
    title: str
    text: str
    category: Category
    status: Status
    urgency: Urgency
    year: int
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
        if MORE in row:
            raise BadRow(_("The row has more cells than the header: “%(more)s”.") % {"more": row[MORE]})
        category, text = self._category(row[columns.category]), self._text(row)
        year, reported_at = self._reported(row)
        status, closed_at = self._end(row, reported_at)
        due_at, source_xy = self._time(row, columns.due), self._xy(row)
        title = row[columns.title] if columns.title else text.split("\n")[0]
        return Case(
            source_id=self._id(row),
            title=(title or row[columns.category] or category.name)[:TITLE_LENGTH],
            text=text or title or row[columns.category] or category.name,
            category=category,
            status=status,
            urgency=self._urgency(row),
            year=year,
            reported_at=reported_at,
            closed_at=closed_at,
            due_at=due_at and due_at.astimezone(UTC),
            point=self._point(source_xy),
            source_xy=source_xy,
            place=row[columns.place][:PLACE_LENGTH] if columns.place else "",
            area_code=self.mapping.area_prefix + row[columns.area] if columns.area and row[columns.area] else "",
            resolution=row[columns.resolution] if columns.resolution else "",
        )

    def _id(self, row: Row) -> str:
        column = self.mapping.columns.id
        if not row[column] or len(row[column]) > ID_LENGTH:
            raise BadRow(_("The number in the column “%(column)s” is missing or longer than 80 characters.") % {"column": column})
        return row[column]

    def _reported(self, row: Row) -> tuple[int, datetime]:
        """The year by the source's clock, and the time."""
        column = self.mapping.columns.reported
        reported_at = self._past(row, column)
        if reported_at is None:
            raise BadRow(_("The column “%(column)s” is empty: when was it reported?") % {"column": column})
        return reported_at.year, reported_at.astimezone(UTC)

    def _past(self, row: Row, column: str) -> datetime | None:
        found = self._time(row, column)
        if found and found > self.at:
            raise BadRow(_("“%(time)s” lies in the future.") % {"time": row[column]})
        return found

    def _time(self, row: Row, column: str) -> datetime | None:
        text = row[column] if column else ""
        if not text:
            return None
        try:
            found = self.mapping.time(text)
            if EARLIEST <= found < LATEST:
                return found
        except (ValueError, OverflowError):
            pass
        raise BadRow(_("“%(text)s” in the column “%(column)s” is not a time.") % {"text": text, "column": column})

    def _end(self, row: Row, reported_at: datetime) -> tuple[Status, datetime | None]:
        """Status and time of the end, None while it is open: what stands in the column then is not read."""
        columns = self.mapping.columns
        status = self.mapping.status.get(row[columns.status] if columns.status else "", self.mapping.default_status)
        if status not in ENDS:
            return status, None
        closed_at = self._past(row, columns.closed)
        if closed_at is None:
            raise BadRow(_("It has ended, but the column “%(column)s” does not say when.") % {"column": columns.closed or "closed"})
        # In UTC: wall times of one zone compare wrongly across the hour that is put forward.
        if (closed_at := closed_at.astimezone(UTC)) >= reported_at:
            return status, closed_at
        if self.mapping.closed_before_reported == "clamp":
            return status, reported_at
        raise BadRow(
            _("It was closed (%(closed)s) before it was reported (%(reported)s).")
            % {"closed": row[columns.closed], "reported": row[columns.reported]}
        )

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
