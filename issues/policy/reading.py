"""Reading a policy file: YAML that remembers its lines, and faults as sentences that name them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError


class Fault(str):
    """What is wrong, as a sentence that names its line; `line` counts from 1."""

    line: int = 1

    @classmethod
    def at(cls, line: int, sentence: str) -> Fault:
        fault = cls(sentence)
        fault.line = line
        return fault


class PolicyFaults(Exception):
    """What is wrong with a policy file: one sentence per fault, each with its line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


def load(text: str) -> CommentedMap:
    """The file's content, which remembers its lines; raises `PolicyFaults` if it is not YAML with keys."""
    try:
        content = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyFaults([_sentence(line, "", gettext("this is not readable as YAML"))]) from error
    if not isinstance(content, CommentedMap):
        raise PolicyFaults([_sentence(1, "", gettext("the file must list keys with values, such as “id: default-2026”"))])
    return content


def sentences(error: ValidationError, content: CommentedMap) -> list[Fault]:
    """Each fault of the check as one sentence, in the order of the lines."""
    found = []
    for fault in error.errors(include_url=False):
        keys = [key for key in fault["loc"] if _leads_on(key)]
        found.append((line_of(content, keys), ".".join(str(key) for key in keys), _problem(dict(fault))))
    return [_sentence(*fault) for fault in sorted(found)]


def line_of(content: Any, keys: Sequence[object]) -> int:
    """The line (from 1) on which the value under those keys stands, or the last of them that is there."""
    line = 0
    for key in keys:
        if isinstance(content, CommentedMap) and key in content:
            line = content.lc.key(key)[0]
        elif isinstance(content, CommentedSeq) and isinstance(key, int) and key < len(content):
            line = content.lc.item(key)[0]
        else:
            break
        content = content[key]
    return line + 1


def _leads_on(key: object) -> bool:
    """Whether the step of a pydantic location is one of the file, not of the types."""
    return not (isinstance(key, str) and key.startswith(("function-", "is-instance")))


def _problem(fault: dict[str, Any]) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "missing":
        return gettext("it is missing")
    if kind == "extra_forbidden":
        return gettext("no such key is known here")
    if kind in ("literal_error", "enum"):
        return gettext("it must be one of: %(choices)s") % {"choices": str(context.get("expected", "")).replace("'", "")}
    if kind == "value_error":
        return str(context.get("error", "")).rstrip(".。")
    if kind.startswith(("greater_than", "less_than")):
        return gettext("the number is out of range (%(bounds)s)") % {"bounds": ", ".join(f"{k} {v}" for k, v in context.items())}
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return gettext("here belong keys with values")
    if kind in ("tuple_type", "list_type"):
        return gettext("here belongs a list")
    if kind.startswith(("int_", "float_", "bool_")):
        return gettext("“%(text)s” is not a value that can stand here") % {"text": fault.get("input")}
    if kind == "string_pattern_mismatch":
        return gettext("only lower-case letters, digits, “.” and “-” may be used")
    return gettext("“%(text)s” is not a value that can stand here") % {"text": fault.get("input")}


def _sentence(line: int, key: str, problem: str) -> Fault:
    if key:
        return Fault.at(line, gettext("Line %(line)d, “%(key)s”: %(problem)s.") % {"line": line, "key": key, "problem": problem})
    return Fault.at(line, gettext("Line %(line)d: %(problem)s.") % {"line": line, "problem": problem})
