"""The command that imports history."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from tests.issues.importing.desk import COLUMNS


def test_command_tells_what_became_of_the_rows(desk, monkeypatch, capsys):
    monkeypatch.chdir(desk.folder)
    mapping = desk.folder / "mapping.toml"
    columns = "\n".join(f'{key} = "{name}"' for key, name in COLUMNS.items() if name)
    mapping.write_text(f'source = "h"\ntime_zone = "Asia/Shanghai"\n[columns]\n{columns}\n[status]\n"办结" = "closed"\n')
    path = desk.csv([desk.row(), desk.row(kind="ufo")])

    call_command("import_issues", path, mapping=mapping, verbosity=0)

    said = capsys.readouterr().out
    assert "2 rows read: 1 imported, 0 already there, 1 rejected." in said
    assert "orders.csv.rejects.csv" in said
    assert (desk.folder / "orders.csv.rejects.csv").exists()


def test_command_with_a_faulty_mapping_fails_with_its_sentence(desk):
    mapping = desk.folder / "mapping.toml"
    mapping.write_text("source = ")

    with pytest.raises(CommandError, match="is not valid TOML"):
        call_command("import_issues", desk.csv([]), mapping=mapping, verbosity=0)
