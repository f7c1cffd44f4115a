"""gridgov serves requests and is no register of people: fails the build if somebody begins one.

Looks at models, fields, choices and their words in every language; fixtures and shipped data; templates, scripts and the
catalogs of translations. Documentation is exempt. What it looks for, and how to change that: representatives/data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test.utils import isolate_apps
from django.utils import translation

from representatives.register_guard import NOTES, BannedTerms, banned_terms

ROOT = Path(settings.BASE_DIR)
SHIPPED = ("fixtures/**/*", "*/data/**/*", "*/fixtures/**/*", "*/templates/**/*", "*/static/**/*.js", "*/locale/**/*.po")
TEXTS = {".json", ".geojson", ".csv", ".tsv", ".toml", ".yaml", ".yml", ".txt", ".html", ".js", ".po", ".xml", ".sql"}
FOREIGN = {"node_modules", ".venv", "staticfiles", ".local", ".git", "docs", "tests"}
# The list itself; and the words by which other doors recognise what must not be kept here.
EXEMPT = {
    "representatives/data/banned_terms.txt",
    "representatives/data/banned_terms_notes.txt",
    "issues/data/doors_cn.toml",
    "issues/data/doors_us.toml",
}
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def found_in_models(every: Iterable[type[models.Model]], terms: BannedTerms) -> list[str]:
    """“app.Model.field: term” for each banned term in a name, label, help text or choice, in any language."""
    found = []
    for model in every:
        for where, words in _words_of(model):
            found += [f"{model._meta.label}{where}: {term}" for term in terms.found_in(words)]
    return sorted(set(found))


def _words_of(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        with translation.override(language):
            meta = model._meta
            # A bar between them, so that the end of one and the beginning of the next make no term.
            yield "", f"{model.__name__} | {meta.db_table} | {meta.verbose_name} | {meta.verbose_name_plural}"
            for field in meta.get_fields():
                yield f".{field.name}", " | ".join([field.name, *_labels(field)])


def _labels(field: object) -> Iterator[str]:
    yield from (str(getattr(field, name, "")) for name in ("verbose_name", "help_text", "column"))
    for value, label in getattr(field, "flatchoices", None) or ():
        yield f"{value} | {label}"


def found_in_files(files: Iterable[Path], root: Path, terms: BannedTerms) -> list[str]:
    """“path:line: term” for each banned term in the text files."""
    found = []
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            found += [f"{path.relative_to(root)}:{number}: {term}" for term in terms.found_in(line)]
    return found


def shipped_files(root: Path) -> list[Path]:
    """Every text file that a user, or the database, may come to see."""
    every = {path for pattern in SHIPPED for path in root.glob(pattern) if path.is_file() and path.suffix in TEXTS}
    return sorted(
        path
        for path in every
        if not FOREIGN & set(path.relative_to(root).parts) and path.relative_to(root).as_posix() not in EXEMPT
    )


def test_models_when_read_hold_no_word_of_a_register_of_people():
    assert found_in_models(apps.get_models(include_auto_created=True), banned_terms()) == []


def test_shipped_files_when_read_hold_no_word_of_a_register_of_people():
    files = shipped_files(ROOT)

    assert any(path.suffix == ".html" for path in files)
    assert found_in_files(files, ROOT, banned_terms()) == []


def test_person_when_read_is_an_account_and_requester_a_way_to_answer():
    """The two tables about anybody at all: a new column is a decision, not a detail."""
    columns = {
        label: {field.name for field in apps.get_model(label)._meta.concrete_fields}
        for label in ("representatives.Person", "issues.Requester")
    }

    assert columns == {
        "representatives.Person": {
            *("id", "username", "password", "last_login", "date_joined", "is_superuser", "is_staff", "is_active"),
            *("name", "office_phone", "email", "unit", "rep_level", "language"),
        },
        "issues.Requester": {
            *("id", "nickname", "phone", "email", "channel", "language", "erased_at"),
            *("asked_channel", "asked_address", "asked_at"),  # another way to answer, until its owner has confirmed it
        },
    }


def test_diary_when_read_has_six_elements_and_no_way_to_a_person_but_its_writer():
    """Whom one spoke to is a short pseudonym; no index leads to a writer's entries by anything but their own key."""
    entry = apps.get_model("issues.DiaryEntry")
    links = {field.name for field in entry._meta.concrete_fields if field.related_model}

    assert {field.name for field in entry._meta.concrete_fields} == {
        *("id", "key", "writer", "path", "submission", "written_at", "erased_at"),
        *("visited_at", "area", "place_text", "spoken_to", "raised", "idea", "learned"),
    }
    assert links == {"writer", "area", "submission"}
    assert entry._meta.get_field("spoken_to").max_length == 20
    assert {field.name for field in apps.get_model("issues.DiaryReminder")._meta.concrete_fields} == {"id", "person", "visits"}


def test_list_of_terms_when_changed_has_a_reviewed_note_with_its_digest():
    notes = re.findall(
        r"^(\d{4}-\d\d-\d\d) · ([0-9a-f]{16}) · reviewed by (\S.*?) · (\S.*)$", NOTES.read_text(encoding="utf-8"), re.M
    )

    assert notes, "banned_terms_notes.txt holds no note in the form “date · digest · reviewed by who · why”."
    assert notes[-1][1] == banned_terms().digest, (
        f"The list of banned terms changed. Add a note to {NOTES.name}: “date · {banned_terms().digest} · reviewed by who · why”."
    )


def test_list_of_terms_when_read_holds_what_the_domain_notes_name():
    named = [
        "重点人员",
        "特殊人群",
        "上访人员",
        "刑满释放",
        "吸毒",
        "精神障碍",
        "外来人员",
        "流动人口",
        "id_card",
        "ethnicity",
        "religion",
        "risk_level",
    ]

    assert set(named) <= set(banned_terms().terms)


# --- The guard itself: it must fail where it should ---------------------------------------------------------------------


@isolate_apps("representatives")
def test_bad_model_when_read_is_found_in_its_name_fields_labels_and_choices():
    class KeyPerson(models.Model):
        risk_level = models.IntegerField()
        note = models.CharField(verbose_name="宗教信仰", max_length=9)
        kind = models.CharField(max_length=9, choices=[("a", "流动人口"), ("drug-user", "b")])
        tip = models.CharField(max_length=9, help_text="The national ID of the family members")

        class Meta:
            app_label = "representatives"

        def __str__(self) -> str:
            return self.note

    found = found_in_models([KeyPerson], banned_terms())

    assert found == [
        "representatives.KeyPerson.kind: drug_user",
        "representatives.KeyPerson.kind: 流动人口",
        "representatives.KeyPerson.note: 宗教信仰",
        "representatives.KeyPerson.risk_level: risk_level",
        "representatives.KeyPerson.tip: family_members",
        "representatives.KeyPerson.tip: national_id",
        "representatives.KeyPerson: key_person",
        "representatives.KeyPerson: key_persons",
        "representatives.KeyPerson: keyperson",
    ]


def test_bad_fixture_template_and_catalog_when_read_are_found_with_path_and_line(tmp_path):
    bad = {
        "fixtures/county/people.csv": "name,phone\n张三,身份证号\n",
        "mapui/templates/mapui/form.html": "<label>{{ x }}</label>\n\n<input name='ethnicity'>",
        "gridgov/locale/zh/LC_MESSAGES/django.po": 'msgid "Kind"\nmsgstr "特殊人群"\n',
        "docs/why.html": "吸毒",
        "fixtures/county/README.md": "吸毒",
    }
    for name, text in bad.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    found = found_in_files(shipped_files(tmp_path), tmp_path, banned_terms())

    assert found == [
        "fixtures/county/people.csv:2: 身份证号",
        "gridgov/locale/zh/LC_MESSAGES/django.po:2: 特殊人群",
        "mapui/templates/mapui/form.html:3: ethnicity",
    ]


@pytest.mark.parametrize(
    "text", ["asterisk level", "addiction", "solid cards", "religionless", "民族", "重点督办库", "key person's"]
)
def test_harmless_text_when_read_is_not_mistaken(text):
    expected = ["key_person"] if text.startswith("key person") else []

    assert banned_terms().found_in(text) == expected


@pytest.mark.parametrize("text", ["risk level", "Risk-Level", "risklevels", "RiskLevel", "RISK_LEVEL", "myRiskLevel"])
def test_every_spelling_of_a_term_when_read_is_found(text):
    assert banned_terms().found_in(text)


def test_sentence_that_is_allowed_when_read_may_hold_the_term_and_no_other_may():
    terms = BannedTerms(terms=("身份证",), allowed=("请勿填写身份证号",))

    assert terms.found_in("请勿填写身份证号。") == []
    assert terms.found_in("请勿填写身份证号；身份证") == ["身份证"]
