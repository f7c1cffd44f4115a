"""What may stand in an address."""

from django.urls.converters import StringConverter


class WordConverter(StringConverter):
    """A code or number of at most 40 characters, none of them a control character (which no database would take)."""

    regex = r"[^/\x00-\x1f\x7f]{1,40}"
