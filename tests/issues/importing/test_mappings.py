"""Mappings: their faults in a sentence each, and a file that is not there."""

from __future__ import annotations

import pytest

from issues.importing import BadMapping, load_mapping

GOOD = """
source = "s"
time_zone = "Asia/Shanghai"
"""
REST = '[columns]\nid = "a"\nreported = "b"\ncategory = "c"\n'
FAULTS = {
    "no TOML": ("source = ", "is not valid TOML"),
    "needed key": (GOOD.replace('source = "s"', "") + REST, "source: is missing."),
    "needed column": (GOOD + '[columns]\nid = "a"\ncategory = "c"\n', "columns.reported: is missing."),
    "unknown key": (GOOD + 'colour = "x"\n' + REST, "colour: is not a key of a mapping."),
    "unknown column": (GOOD + REST + 'telephone = "x"\n', "columns.telephone: is not a key of a mapping."),
    "telephones": (GOOD + REST + 'text = ["d", "联系电话"]\n', "“联系电话” looks like a column of numbers by which"),
    "identities": (GOOD + REST.replace('"a"', '"身份证号"'), "“身份证号” looks like a column of numbers by which"),
    "phones": (GOOD + REST + 'place = "Contact Phone No."\n', "“Contact Phone No.” looks like a column of numbers by which"),
    "zone": (GOOD.replace("Shanghai", "Shangai") + REST, "time_zone: “Asia/Shangai” is not a time zone."),
    "encoding": (GOOD + 'encoding = "gbk2"\n' + REST, "encoding: “gbk2” is not an encoding."),
    "delimiter": (GOOD + 'delimiter = ";;"\n' + REST, "delimiter: "),
    "datum": (GOOD + 'crs = "mars"\n' + REST, "crs: "),
    "half a point": (GOOD + REST + 'lon = "x"\n', "columns.lon and columns.lat go together"),
    "status": (GOOD + REST + '[status]\nopen = "suspended"\n', "status.open: no issue can be imported as “suspended”."),
    "red": (GOOD + REST + '[light]\n"road.bridge" = "red"\n', "light.road.bridge: red is for people to decide."),
}


@pytest.mark.parametrize("what", FAULTS)
def test_fault_of_a_mapping_is_told_in_one_sentence(tmp_path, what):
    text, sentence = FAULTS[what]
    path = tmp_path / "mapping.toml"
    path.write_text(text)

    with pytest.raises(BadMapping) as refused:
        load_mapping(path)

    assert sentence in refused.value.sentence
    lines = refused.value.sentence.splitlines()
    assert len(lines) == (1 if what == "no TOML" else 2)


def test_mapping_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadMapping, match="cannot be read"):
        load_mapping(tmp_path / "none.toml")
