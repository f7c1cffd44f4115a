"""How days are written in a list: as the language writes them, with the year if it is not this one."""

from datetime import datetime

import pytest
from django.utils import translation
from django.utils.timezone import get_current_timezone, localdate

from mapui.templatetags.gridgov import day, when


@pytest.mark.parametrize(("language", "written"), [("zh-hans", "9月2日"), ("en", "September 2")])
def test_day_of_this_year_is_written_without_the_year_and_without_noughts(language, written):
    second = datetime(localdate().year, 9, 2, 8, 5, tzinfo=get_current_timezone())

    with translation.override(language):
        assert (day(second), when(second)) == (written, f"{written} 08:05")


@pytest.mark.parametrize(("language", "written"), [("zh-hans", "2019年9月2日"), ("en", "Sept. 2, 2019")])
def test_day_of_another_year_is_written_with_it(language, written):
    second = datetime(2019, 9, 2, tzinfo=get_current_timezone())

    with translation.override(language):
        assert day(second) == written


def test_no_moment_is_no_day():
    assert (day(None), when(None)) == ("", "")
