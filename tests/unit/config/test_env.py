import re

import pytest

from config import env, env_values

PRODUCTION = {
    "DJANGO_SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "www.example.com, www.example.org",
    "PUBLIC_ORIGIN": "https://www.example.com/",
    "DATABASE_URL": "postgresql://halles:p%40ss@db.example.com:6543/shop?sslmode=require",
    "REDIS_URL": "redis://:secret@cache.example.com:6379/1",
}


def problems_of(environ):
    with pytest.raises(env.SettingsError) as refusal:
        env.load(environ=environ)
    return refusal.value.problems


def test_load_when_nothing_is_set_names_everything_that_is_missing():
    names = [problem.split()[0] for problem in problems_of({})]
    assert names == ["DJANGO_SECRET_KEY", "ALLOWED_HOSTS", "PUBLIC_ORIGIN", "DATABASE_URL", "REDIS_URL"]


def test_load_when_values_are_wrong_says_all_of_them_at_once():
    wrong = PRODUCTION | {
        "DJANGO_SECRET_KEY": "short",
        "PORT": "eighty",
        "DATABASE_URL": "mysql://db/shop",
        "EMAIL_URL": "carrier-pigeon://",
        "DJANGO_DEBUG": "perhaps",
        "LOG_LEVEL": "loud",
        "STRIPE_SECRET_KEY": "sk",
        "STRIPE_API_BASE": "localhost",
    }
    names = {problem.split()[0] for problem in problems_of(wrong)}
    assert names == {
        "DJANGO_SECRET_KEY",
        "PORT",
        "DATABASE_URL",
        "EMAIL_URL",
        "DJANGO_DEBUG",
        "LOG_LEVEL",
        "STRIPE_SECRET_KEY",
        "STRIPE_API_BASE",
    }


def test_load_in_production_refuses_debug_wildcard_hosts_and_plain_http():
    unsafe = PRODUCTION | {"DJANGO_DEBUG": "1", "ALLOWED_HOSTS": "*", "PUBLIC_ORIGIN": "http://www.example.com"}
    assert {problem.split()[0] for problem in problems_of(unsafe)} == {"DJANGO_DEBUG", "ALLOWED_HOSTS", "PUBLIC_ORIGIN"}


def test_load_in_production_returns_typed_values():
    settings = env.load(environ=PRODUCTION)
    assert settings.allowed_hosts == ("www.example.com", "www.example.org")
    assert settings.public_origin == "https://www.example.com"
    assert settings.https is True
    assert settings.database == env_values.Database(
        name="shop",
        user="halles",
        password="p@ss",
        host="db.example.com",
        port=6543,
        options=(("sslmode", "require"),),
    )


@pytest.mark.parametrize("name", ["DATABASE_REPLICA_URL", "SENTRY_DSN", "ERP_USER", "ERP_PASSWORD"])
def test_load_when_a_name_is_set_that_nothing_uses_yet_refuses_and_tells_no_value(name):
    (problem,) = problems_of(PRODUCTION | {name: "postgresql://u:hunter2@replica/shop"})
    assert problem.startswith(f"{name} is set, but this version ")
    assert problem.endswith("; remove it.")
    assert "hunter2" not in problem


def test_every_name_of_the_example_file_is_one_the_project_reads():
    text = (env.ROOT / ".env.example").read_text(encoding="utf-8")
    documented = set(re.findall(r"^#?([A-Z][A-Z_]+)=", text, re.MULTILINE))
    sources = [path.read_text(encoding="utf-8") for path in (env.ROOT / "config").rglob("*.py")]
    assert {name for name in documented if not any(f'"{name}"' in source for source in sources)} == set()


def test_load_in_demo_mode_moves_every_port_with_port():
    settings = env.load(environ={"HALLES_DEMO": "1", "PORT": "9100"})
    assert settings.public_origin == "http://localhost:9100"
    assert settings.database.port == 9101
    assert settings.redis_url == "redis://127.0.0.1:9102/0"
    assert settings.https is False


def test_problem_of_a_password_never_repeats_it():
    wrong = PRODUCTION | {"DATABASE_URL": "postgresql://u:hunter2@db/", "REDIS_URL": "http://:hunter3@cache"}
    text = "\n".join(problems_of(wrong))
    assert "hunter" not in text


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "EMAIL_URL", "MEDIA_STORAGE_URL"])
def test_problem_of_a_password_with_a_slash_says_how_to_write_it_and_never_repeats_it(name, monkeypatch):
    monkeypatch.setattr(env_values.importlib.util, "find_spec", lambda _: True)
    scheme = {"DATABASE_URL": "postgresql", "REDIS_URL": "redis", "EMAIL_URL": "smtp", "MEDIA_STORAGE_URL": "s3"}[name]
    (problem,) = problems_of(PRODUCTION | {name: f"{scheme}://user:hunter/2@host/name"})
    assert problem.startswith(f"{name} has no number as port; in a password write / ")
    assert "hunter" not in problem


@pytest.mark.parametrize(
    ("url", "backend", "port"),
    [
        ("smtp://mail", "smtp", 25),
        ("smtp+tls://u:p@mail:2525", "smtp", 2525),
        ("smtps://u:p@mail", "smtp", 465),
    ],
)
def test_email_url_gives_server_settings(url, backend, port):
    email = env_values.parse_email(url).as_django()
    assert email["EMAIL_BACKEND"] == f"django.core.mail.backends.{backend}.EmailBackend"
    assert email["EMAIL_PORT"] == port


def test_read_dotenv_takes_quotes_off_and_skips_comments(tmp_path):
    path = tmp_path / ".env"
    path.write_text("# note\nA=1\nexport B=\"two words\"\n\nC='x=y'\nnonsense\n")
    assert env.read_dotenv(path) == {"A": "1", "B": "two words", "C": "x=y"}


def test_read_dotenv_when_there_is_none_is_empty(tmp_path):
    assert env.read_dotenv(tmp_path / ".env") == {}


def test_env_example_names_every_setting_that_is_read():
    class Recorder(dict):
        def get(self, name, default=None):
            asked.add(name)
            return super().get(name, default)

    asked: set[str] = set()
    env.load(environ=Recorder(HALLES_DEMO="1"))
    example = (env.ROOT / ".env.example").read_text()
    assert {name for name in asked if f"{name}=" not in example} == set()


def test_metrics_token_that_could_be_guessed_is_refused_and_not_repeated():
    (problem,) = problems_of(PRODUCTION | {"METRICS_TOKEN": "hunter2"})
    assert problem == "METRICS_TOKEN is shorter than 20 characters."
    assert env.load(environ=PRODUCTION).metrics_token == ""
