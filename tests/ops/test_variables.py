"""The settings, the README and a bad environment: each variable is listed, and what is wrong is said in a sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "GRIDGOV_SECRET_KEY": "secret",
    "GRIDGOV_CONTACT_KEY": "salt",
    "DATABASE_URL": "postgis://gridgov@localhost/none",
    "REDIS_URL": "redis://localhost/0",
}


def _read_by_settings() -> set[str]:
    source = (ROOT / "gridgov" / "settings.py").read_text()
    return set(re.findall(r'(?:env(?:\.\w+)?|choice|required|ranges)\(\s*"([A-Z0-9_]+)"', source))


def _listed_in(readme: str) -> list[str]:
    return re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / readme).read_text(), re.MULTILINE)


def load(script: str = "import gridgov.settings", /, **environment: str) -> subprocess.CompletedProcess[str]:
    """What importing the settings says in a process of its own, where only these variables are set."""
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "GRIDGOV_ENV_FILE": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def stored_by(prefix: str, **environment: str) -> dict[str, Any]:
    """The settings of that prefix, where only these variables are set besides the required ones."""
    script = (
        f"import json, gridgov.settings as s; print(json.dumps({{n: v for n, v in vars(s).items() if n.startswith({prefix!r})}}))"
    )
    answer = load(script, **{**COMPLETE, **environment})
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_settings_read_more_than_a_handful_of_variables():
    assert len(_read_by_settings()) > 20


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_every_variable_of_the_settings_when_read_stands_in_the_readme_once(readme):
    listed = _listed_in(readme)

    assert sorted(listed) == sorted(_read_by_settings())


def test_a_complete_environment_when_loaded_is_silent():
    answer = load(**COMPLETE)

    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("name", COMPLETE)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_or_empty_secret_when_loaded_stops_with_its_name(name, value):
    environment = {key: found for key, found in COMPLETE.items() if key != name}
    if value is not None:
        environment[name] = value

    answer = load(**environment)

    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].endswith(
        f"ImproperlyConfigured: {name} is not set. Run bin/up, which writes .local/env, or set it yourself."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("GRIDGOV_MODE", "prod"), ("GRIDGOV_LANGUAGE", "fr"), ("GRIDGOV_BASEMAP_DATUM", "bd09"), ("GRIDGOV_LOG_LEVEL", "loud")],
)
def test_an_unknown_value_when_loaded_stops_with_what_is_allowed(name, value):
    answer = load(**COMPLETE, **{name: value})

    assert answer.returncode == 1
    assert f"{name} is “{value}”; it must be one of: " in answer.stderr.splitlines()[-1]


@pytest.mark.parametrize("value", ["", "1-9", "001-899,0901-0999", "001-899,899-999", "899-001,901-999", "a-b,c-d"])
def test_numbers_of_cells_that_cannot_be_stop_with_an_example(value):
    answer = load(**COMPLETE, GRIDGOV_CELL_NUMBERS=value)

    assert answer.returncode == 1
    assert "write two ranges that do not overlap, such as 001-899,901-999." in answer.stderr.splitlines()[-1]


def test_debug_in_production_when_loaded_stops():
    answer = load(**COMPLETE, GRIDGOV_MODE="production", GRIDGOV_DEBUG="1")

    assert answer.returncode == 1
    assert "turn one of them off" in answer.stderr.splitlines()[-1]


def test_what_the_environment_has_when_the_file_says_otherwise_wins(tmp_path):
    file = tmp_path / "env"
    file.write_text("GRIDGOV_MODE='production'\n" + "".join(f"{name}='{value}'\n" for name, value in COMPLETE.items()))

    answer = load(GRIDGOV_ENV_FILE=str(file), GRIDGOV_MODE="prod")

    assert "GRIDGOV_MODE is “prod”" in answer.stderr


def test_broker_when_it_is_rabbitmq_keeps_tasks_in_quorum_queues_and_confirms_them():
    redis, rabbit = stored_by("CELERY_"), stored_by("CELERY_", GRIDGOV_BROKER_URL="amqp://one;amqp://two")

    assert redis["CELERY_BROKER_URL"] == COMPLETE["REDIS_URL"]
    assert "visibility_timeout" in redis["CELERY_BROKER_TRANSPORT_OPTIONS"]
    assert not [name for name in redis if "QUEUE_TYPE" in name]
    assert {rabbit["CELERY_TASK_DEFAULT_QUEUE_TYPE"], rabbit["CELERY_TASK_CREATE_MISSING_QUEUE_TYPE"]} == {"quorum"}
    assert rabbit["CELERY_WORKER_DETECT_QUORUM_QUEUES"] is True
    assert rabbit["CELERY_BROKER_TRANSPORT_OPTIONS"] == {"confirm_publish": True}


def test_replicas_when_named_are_routed_to_and_without_them_nothing_is():
    alone = stored_by("DATABASE") | stored_by("MIDDLEWARE")
    urls = "postgis://gridgov@one/none,postgis://gridgov@two/none"
    routed = stored_by("DATABASE", DATABASE_REPLICA_URLS=urls) | stored_by("MIDDLEWARE", DATABASE_REPLICA_URLS=urls)

    assert list(alone["DATABASES"]) == ["default"]
    assert "DATABASE_ROUTERS" not in alone
    assert not [name for name in alone["MIDDLEWARE"] if "Replica" in name]
    assert [base["HOST"] for base in routed["DATABASES"].values()] == ["localhost", "one", "two"]
    assert routed["DATABASE_ROUTERS"] == ["gridgov.routing.ReplicaRouter"]
    assert routed["MIDDLEWARE"] == [*alone["MIDDLEWARE"], "gridgov.routing.ReplicaMiddleware"]  # innermost


def test_every_connection_lets_a_host_that_vanished_go_within_minutes():
    for base in stored_by("DATABASE", DATABASE_REPLICA_URLS="postgis://gridgov@one/none")["DATABASES"].values():
        assert {"tcp_keepalives_idle=30", "tcp_user_timeout=60000"} <= set(base["OPTIONS"]["options"].split())
        assert base["OPTIONS"]["tcp_user_timeout"] <= 10_000
