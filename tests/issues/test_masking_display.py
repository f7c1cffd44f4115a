"""A contact masked: enough to tell two apart, not enough to call."""

import pytest

from issues.models import Requester
from issues.privacy.masking import masked_email, masked_name, masked_phone


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13912345678", "139****5678"), ("0476-7800001", "047****0001"), ("7800001", "****01"), ("12", "****"), ("", "")],
)
def test_phone_when_masked_cannot_be_called(number: str, shown: str):
    assert masked_phone(number) == shown


def test_name_and_address_when_masked_keep_one_character():
    assert masked_name("郭先生") == "郭**"
    assert masked_name("") == ""
    assert masked_email("guo@example.org") == "g***@example.org"
    assert masked_email("") == ""


def test_requester_who_left_nothing_has_nothing_to_show():
    assert Requester(nickname="", phone=None, email=None).masked == ""
    assert Requester(nickname="郭先生", phone="13912345678").masked == "郭** · 139****5678"
