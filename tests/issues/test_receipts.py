"""Receipt codes are random enough, and forgiving to whoever types them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issues.intake import receipts

CODES = st.text(alphabet=receipts.ALPHABET, min_size=16, max_size=16)


def test_minted_codes_use_every_sign_at_every_place_and_never_repeat():
    codes = {receipts.mint() for _ in range(4000)}

    assert len(codes) == 4000
    assert all(len(code) == 16 for code in codes)
    for place in range(16):
        assert {code[place] for code in codes} == set(receipts.ALPHABET)


@given(CODES)
def test_grouped_code_when_parsed_is_the_code(code):
    assert receipts.parse(receipts.grouped(code)) == code
    assert receipts.grouped(code).count("-") == 3


@pytest.mark.parametrize(
    "written",
    [
        "7k3m-0q1x-9abc-defg",
        " 7K3M 0Q1X 9ABC DEFG ",
        "7K3MOQIX9ABCDEFG",
        "7K3M–oQlX—9ABC‑DEFG",
        "7K3M-0Q1X-9ABC-DEFG",
        "7K3M.0Q1X·9ABC_DEFG",
        "7K3M-0Q1X\u200b-9ABC-DEFG\n",
    ],
)
def test_code_when_typed_carelessly_is_understood(written):
    assert receipts.parse(written) == "7K3M0Q1X9ABCDEFG"


@pytest.mark.parametrize(
    "written", ["", "7K3M", "7K3M-0Q1X-9ABC-DEF", "7K3M-0Q1X-9ABC-DEFGH", "UUUU-0Q1X-9ABC-DEFG", "回执", "x" * 100_000]
)
def test_what_cannot_be_a_code_is_none(written):
    assert receipts.parse(written) is None
