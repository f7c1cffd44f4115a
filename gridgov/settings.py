"""Settings, all from the environment (or `.local/env`, which `bin/up` writes). README, “Variables”, lists every one.

A missing secret or an unknown value stops the start with a sentence.
"""

import sys
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"
TESTING = "pytest" in sys.modules

env = environ.Env()
ENV_FILE = Path(env.str("GRIDGOV_ENV_FILE", default=str(LOCAL_DIR / "env")))
if ENV_FILE.exists():
    env.read_env(ENV_FILE)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """The variable's value; stops the start with a sentence if it is none of `allowed`."""
    value: str = env.str(name, default=default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is “{value}”; it must be one of: {', '.join(allowed)}.")
    return value


def required(name: str) -> str:
    """The variable's value; stops the start with a sentence if it is missing or empty."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Run bin/up, which writes .local/env, or set it yourself.")
    return value


def ranges(name: str, default: str) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Two ranges of numbers, such as “001-899,901-999”: how many digits each has, and from where to where they go.

    Stops the start with a sentence if they are not two, overlap, or are not written with as many digits.
    """
    written = env.str(name, default=default)
    ends = [end.strip() for part in written.split(",") for end in part.split("-")]
    sound = len(ends) == 4 and all(end.isascii() and end.isdecimal() and len(end) == len(ends[0]) for end in ends)
    low, high, second_low, second_high = (int(end) for end in ends) if sound else (0, 0, 0, 0)
    if not low <= high or not second_low <= second_high or not (high < second_low or second_high < low):
        raise ImproperlyConfigured(f"{name} is “{written}”; write two ranges that do not overlap, such as 001-899,901-999.")
    return len(ends[0]), ((low, high), (second_low, second_high))


# --- Who and where -----------------------------------------------------------------------------------------------
PRODUCTION = choice("GRIDGOV_MODE", "demo", ("demo", "production")) == "production"
DEBUG = env.bool("GRIDGOV_DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("GRIDGOV_DEBUG is on while GRIDGOV_MODE is “production”: turn one of them off.")
SECRET_KEY = required("GRIDGOV_SECRET_KEY")
# Encrypts residents' contacts at rest (comma separated: the first encrypts, all decrypt, so a key can be replaced).
SALT_KEY = required("GRIDGOV_CONTACT_KEY").split(",")
ALLOWED_HOSTS = env.list("GRIDGOV_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("GRIDGOV_ORIGINS", default=[])
# Proxies of ours in front of the web server: the address of a visitor is taken from what the outermost of them wrote.
PROXIES = env.int("GRIDGOV_PROXIES", default=0)
# Whose emergency numbers and other doors (issues/data/doors_*.toml).
DOORS = choice("GRIDGOV_DOORS", "cn", ("cn", "us"))
# Numbers of cells within their village: those of base cells, then those of dedicated ones; with as many digits as written.
CELL_DIGITS, CELL_NUMBERS = ranges("GRIDGOV_CELL_NUMBERS", "001-899,901-999")
# The address residents reach, printed in QR codes; empty: the address of the request.
PUBLIC_URL = env.str("GRIDGOV_PUBLIC_URL", default="").rstrip("/")
# 主办单位 and 备案编号, shown in the footer.
ORGANISER = env.str("GRIDGOV_ORGANISER", default="")
FILING_NUMBER = env.str("GRIDGOV_FILING_NUMBER", default="")
# Whether the organisation department sees how many diary entries each township has; never by person, and not below five.
DIARY_TOTALS = env.bool("GRIDGOV_DIARY_TOTALS", default=False)
# Says on every page that people and telephones are invented.
DEMO_NOTE = env.bool("GRIDGOV_DEMO_NOTE", default=False)

# --- Language and time -------------------------------------------------------------------------------------------
LANGUAGE_CODE = choice("GRIDGOV_LANGUAGE", "zh-hans", ("zh-hans", "en"))
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "gridgov" / "locale"]
FORMAT_MODULE_PATH = ["gridgov.formats"]
TIME_ZONE = env.str("GRIDGOV_TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True
USE_I18N = True

# --- Parts -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "demo",
    "mapui",
    "issues",
    "representatives",
    "grids",
    "mapui.admin_app.ConfigurationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "django_htmx",
    "leaflet",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gridgov.middleware.ShortWayMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gridgov.middleware.LogInAgainMiddleware",
    "gridgov.middleware.RefusalMiddleware",
    "gridgov.middleware.SecondFactorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "gridgov.urls"
WSGI_APPLICATION = "gridgov.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "mapui.context.site",
            ],
        },
    },
]

# --- Data --------------------------------------------------------------------------------------------------------
DATABASE_POOL = env.int("GRIDGOV_DATABASE_POOL", default=8)
# Compiling a statement takes PostgreSQL seconds at 100,000 open issues; running it takes milliseconds. A host that vanishes
# in the middle of a transaction holds its rows for a minute, not for the two hours of the system's own patience.
SESSION = "-c jit=off -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 -c tcp_user_timeout=60000"


def database(url: str, *, patience_s: int) -> dict[str, Any]:
    """A connection as Django takes it; `patience_s`: how long a silent server, or a full pool, is waited for."""
    found: dict[str, Any] = env.db_url_config(url)
    found["ENGINE"] = "django.contrib.gis.db.backends.postgis"
    options = found.setdefault("OPTIONS", {})
    options.setdefault("options", SESSION)
    options.setdefault("connect_timeout", patience_s)
    options.setdefault("tcp_user_timeout", patience_s * 1000)
    options.setdefault("prepare_threshold", 1)  # of statements whose values go beside them: `grids/prepared.py`
    if DATABASE_POOL and not TESTING:
        options["pool"] = {"min_size": 1, "max_size": DATABASE_POOL, "timeout": patience_s}
    return found


DATABASES = {"default": database(required("DATABASE_URL"), patience_s=10)}
# Streaming replicas, for the pages of `gridgov.routing.TOLERANT`; without any, nothing is routed.
for _number, _url in enumerate(env.list("DATABASE_REPLICA_URLS", default=[]), start=1):
    DATABASES[f"replica{_number}"] = database(_url, patience_s=2)
if len(DATABASES) > 1:
    DATABASE_ROUTERS = ["gridgov.routing.ReplicaRouter"]
    MIDDLEWARE.append("gridgov.routing.ReplicaMiddleware")
# A replica that is further behind is left alone, and who has written reads from the primary for as long.
REPLICA_LAG_S = env.float("GRIDGOV_REPLICA_LAG", default=5.0)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = required("REDIS_URL")
CACHES = {"default": {"BACKEND": "grids.caching.ForgivingCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Redis, or RabbitMQ: `amqp://user:password@host/name`, several hosts of one cluster separated by “;”.
CELERY_BROKER_URL = env.str("GRIDGOV_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 2}
if CELERY_BROKER_URL.startswith(("amqp://", "amqps://")):
    # Quorum queues: a task that the broker has confirmed lies on most of its hosts. The worker sees what they are by itself
    # and takes tasks per consumer, for these queues know no limit over all consumers.
    CELERY_TASK_DEFAULT_QUEUE = "gridgov"
    CELERY_TASK_DEFAULT_QUEUE_TYPE = CELERY_TASK_CREATE_MISSING_QUEUE_TYPE = "quorum"
    CELERY_WORKER_DETECT_QUORUM_QUEUES = True
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True}
    CELERY_BROKER_HEARTBEAT = 30  # seconds; a host that is gone without a word is noticed after twice as long
CELERY_TIMEZONE = TIME_ZONE

# Photos and voice notes, outside the web root and served through a permission check (or in a bucket: `S3_BUCKET`).
MEDIA_ROOT = Path(env.str("GRIDGOV_MEDIA_DIR", default=str(LOCAL_DIR / "media")))
# Gzipped vector tiles, one directory per geometry version; safe to delete at any time.
TILE_CACHE_DIR = Path(env.str("GRIDGOV_TILE_DIR", default=str(LOCAL_DIR / "tiles")))
PHOTO_MAX_BYTES = env.int("GRIDGOV_PHOTO_MAX_MB", default=12) * 1024 * 1024
PHOTO_MAX_COUNT = 5
VOICE_MAX_BYTES = env.int("GRIDGOV_VOICE_MAX_MB", default=4) * 1024 * 1024
VOICE_MAX_SECONDS, VOICE_MAX_COUNT = 60, 1
# Who writes down voice notes before people do: the dotted path of a `issues.files.recognising.Recogniser`. None by default.
SPEECH_RECOGNISER = env.str("GRIDGOV_SPEECH_RECOGNISER", default="")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# When the platform is given up: a sentence for everybody, where to turn instead. Then it can be read, but takes in nothing.
RETIRED = env.str("GRIDGOV_RETIRED", default="")

# --- Notices -----------------------------------------------------------------------------------------------------
# By which ways out staff and requesters are told: docs/notices.md. None is set up by default; in the program always.
EMAIL_URL = env.str("GRIDGOV_EMAIL_URL", default="")
EMAIL_READY = bool(EMAIL_URL) or TESTING
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
DEFAULT_FROM_EMAIL = env.str("GRIDGOV_EMAIL_FROM", default="gridgov@localhost")
SMS = {
    "url": env.str("GRIDGOV_SMS_URL", default=""),
    "format": choice("GRIDGOV_SMS_FORMAT", "json", ("json", "form", "query")),
    "fields": env.json("GRIDGOV_SMS_FIELDS", default={"mobile": "{phone}", "content": "{text}", "extno": "{id}"}),
    "headers": env.json("GRIDGOV_SMS_HEADERS", default={}),
    "key": env.str("GRIDGOV_SMS_KEY", default=""),
    "signature": env.str("GRIDGOV_SMS_SIGNATURE", default=""),
    "success": env.str("GRIDGOV_SMS_SUCCESS", default=""),
    "refused": env.str("GRIDGOV_SMS_REFUSED", default=""),
}
# A gateway that rings the duty telephone and reads a sentence out, for dangers alone; what is not said is as for SMS.
CALL = {
    **SMS,
    "url": env.str("GRIDGOV_CALL_URL", default=""),
    "fields": env.json("GRIDGOV_CALL_FIELDS", default=SMS["fields"]),
    "key": env.str("GRIDGOV_CALL_KEY", default=SMS["key"]),
    "success": env.str("GRIDGOV_CALL_SUCCESS", default=SMS["success"]),
}
# Hosts or networks within the own net that webhooks and robots may be sent to; public addresses always may, by https.
NOTICE_HOSTS = env.list("GRIDGOV_NOTICE_HOSTS", default=[])
NOTICE_TIMEOUT_S = EMAIL_TIMEOUT = env.int("GRIDGOV_NOTICE_TIMEOUT", default=5)
NOTICE_GIVE_UP = timedelta(hours=env.int("GRIDGOV_NOTICE_GIVE_UP_HOURS", default=72))

# --- Static files ------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [
    ("leaflet", BASE_DIR / "node_modules" / "leaflet" / "dist"),
    ("vendor/geoman", BASE_DIR / "node_modules" / "@geoman-io" / "leaflet-geoman-free" / "dist"),
    ("vendor/htmx", BASE_DIR / "node_modules" / "htmx.org" / "dist"),
    ("vendor/idb", BASE_DIR / "node_modules" / "idb" / "build"),
]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG or TESTING else "mapui.storage.BundledStorage"
    },
}
# Looked for when asked for: to list them all takes longer than most tests, each of which has a handler of its own.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING
# Photos and voice notes in S3-compatible storage, which every host reaches, in place of MEDIA_ROOT.
S3_BUCKET = env.str("GRIDGOV_S3_BUCKET", default="")
if S3_BUCKET and not find_spec("storages"):
    raise ImproperlyConfigured("GRIDGOV_S3_BUCKET is set, but its packages are missing: install requirements/s3.txt.")
if S3_BUCKET:
    STORAGES["default"] = {
        "BACKEND": "gridgov.media.PrivateS3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.str("GRIDGOV_S3_ENDPOINT", default="") or None,
            "region_name": env.str("GRIDGOV_S3_REGION", default="") or None,
            "access_key": env.str("GRIDGOV_S3_ACCESS_KEY", default="") or None,
            "secret_key": env.str("GRIDGOV_S3_SECRET_KEY", default="") or None,
            "location": env.str("GRIDGOV_S3_FOLDER", default="").strip("/"),
            "path_style": env.bool("GRIDGOV_S3_PATH_STYLE", default=False),
        },
    }

# --- Map ---------------------------------------------------------------------------------------------------------
# An optional XYZ base layer; own boundaries are always drawn. No foreign tile server by default.
BASEMAP_URL = env.str("GRIDGOV_BASEMAP_URL", default="")
BASEMAP_ATTRIBUTION = env.str("GRIDGOV_BASEMAP_ATTRIBUTION", default="")
BASEMAP_DATUM = choice("GRIDGOV_BASEMAP_DATUM", "wgs84", ("wgs84", "gcj02"))
LEAFLET_CONFIG = {"TILES": [], "ATTRIBUTION_PREFIX": False, "NO_GLOBALS": True, "RESET_VIEW": False}

# GDAL before 3.9 could be made to open files and addresses by a malicious spatial reference. Django's own GDAL gets ours only:
# files of others are read by pyogrio, with the newer one that it brings.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

# --- Safety ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "representatives.Person"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "login"
CSRF_FAILURE_VIEW = "mapui.views.errors.csrf_failure"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "mapui.permissions.RoleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "mapui.views.access.locked_out"
AXES_CLIENT_IP_CALLABLE = "issues.addresses.client_address"
AXES_VERBOSE = False
# A second factor of staff beside the password: offered to everybody, or required of everybody before they see anything.
SECOND_FACTOR = choice("GRIDGOV_SECOND_FACTOR", "offered", ("offered", "required"))
OTP_TOTP_ISSUER = "gridgov"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True
SESSION_COOKIE_AGE = env.int("GRIDGOV_SESSION_HOURS", default=10) * 3600
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("GRIDGOV_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("GRIDGOV_HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *env.list("GRIDGOV_BASEMAP_HOSTS", default=[])],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Log ---------------------------------------------------------------------------------------------------------
# “gridgov.access” gets every refusal: what was out of scope (404) and what was forbidden (403).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # They tell every step of printing, and every property of the screen that paper does not have.
    "loggers": {name: {"level": "ERROR"} for name in ("weasyprint", "weasyprint.progress", "fontTools")},
    "root": {"handlers": ["console"], "level": choice("GRIDGOV_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))},
}
