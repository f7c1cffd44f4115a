"""Rows whose keys another statement gives, where PostgreSQL is to take that statement first and not to weigh a join."""

from __future__ import annotations

from django.db import models


class AnyOf(models.Func):
    """Whether the first is one of the array: `x = ANY (array)`, which reaches into a view where a join does not."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("
    output_field = models.BooleanField()
    arity = 2
