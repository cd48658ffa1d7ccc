"""Django settings. Every variable read here stands in docs/settings.md; a test holds the two together."""

import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured

from training.home import state_folder

from . import env
from .files.address import artifacts_url
from .launcher.places import broker_socket
from .logs import logging_config

SOURCE = Path(__file__).resolve().parent.parent
STATE = state_folder()

DEBUG = env.flag("UPLIFT_DEBUG", default=False)


def _secret_key() -> str:
    """The given key, or one made once and kept in the state folder."""
    given = env.text("UPLIFT_SECRET_KEY")
    if given:
        if len(given) < 32:
            raise ImproperlyConfigured("UPLIFT_SECRET_KEY: must have at least 32 characters")
        return given
    path = STATE / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words("UPLIFT_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("UPLIFT_ORIGINS", "")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "axes",
    "csp",
    "webapp.ui",
    "webapp.accounts",
    "webapp.projects",
    "webapp.datasets",
    "webapp.jobs",
    "webapp.monitoring",
    "webapp.business",
    "webapp.roadmap",
    "webapp.reports",
    "webapp.topics",
    "webapp.inquiries",
]

MIDDLEWARE = [
    "webapp.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "webapp.accounts.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "webapp.files.answer.FilesAnswer",
]

ROOT_URLCONF = "webapp.urls"
WSGI_APPLICATION = "webapp.wsgi.application"
ASGI_APPLICATION = "webapp.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["webapp.ui.templatetags.ui"],
        },
    }
]


def _database() -> dict[str, Any]:
    """SQLite in WAL mode in the state folder, or what DATABASE_URL names."""
    url = env.text("DATABASE_URL", f"sqlite:///{STATE / 'uplift.sqlite3'}")
    try:
        database: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL={url!r}: {error}") from None
    if database["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE takes the write lock at the start of a transaction, so that waiting works and upgrading a read
        # lock cannot deadlock
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-20000;PRAGMA journal_size_limit=67108864;",
        }
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Broker: the embedded one on a unix socket in the state folder, or what REDIS_URL names.
BROKER_SOCKET = broker_socket(STATE)
REDIS_URL = env.text("REDIS_URL", f"unix://{BROKER_SOCKET}")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 43200,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "socket_connect_timeout": 3,
    # a page that launches must not wait for a broker that is away: the sweeper sends what it could not
    "max_retries": 0,
}
# Celery's own clock tells the default worker to put right what dead workers left behind.
SWEEP_SECONDS = env.whole("UPLIFT_SWEEP_SECONDS", 5, low=1, high=600)
CELERY_BEAT_SCHEDULE = {
    "sweep uploads": {"task": "datasets.sweep", "schedule": 30.0, "options": {"expires": 30.0, "queue": "default"}},
    "mail inquiries": {"task": "inquiries.mail", "schedule": 300.0, "options": {"expires": 300.0, "queue": "default"}},
    "sweep gates": {"task": "roadmap.sweep", "schedule": 60.0, "options": {"expires": 60.0, "queue": "default"}},
    "sweep": {
        "task": "jobs.sweep",
        "schedule": float(SWEEP_SECONDS),
        "options": {"expires": float(SWEEP_SECONDS), "queue": "default"},
    },
}

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "uplift"}
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "projects:list"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# the sign-in form calls the address so; axes would look for "email" and lock nobody by name
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"

HTTPS = env.flag("UPLIFT_HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Plotly writes style attributes; scripts come from this site only.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [SOURCE / "static"]
STATIC_ROOT = STATE / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "webapp.ui.finders.PlotlyFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Files of jobs and datasets stay in the state folder, or live where ARTIFACTS_URL says (see webapp.files).
ARTIFACTS_URL = artifacts_url(env.text("ARTIFACTS_URL"))

# Uploads go to the disk of the files, so that moving one into place is a rename.
UPLOAD_FOLDER = (Path(ARTIFACTS_URL) if ARTIFACTS_URL and "://" not in ARTIFACTS_URL else STATE) / "uploads"
FILE_UPLOAD_HANDLERS = ["webapp.datasets.handlers.GuardedUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
MAX_UPLOAD_BYTES = env.whole("UPLIFT_MAX_UPLOAD_MB", 2048, low=1, high=1_000_000) * 1024 * 1024
DATA_QUOTA_BYTES = env.whole("UPLIFT_DATA_QUOTA_MB", 0, low=0, high=1_000_000_000) * 1024 * 1024

# Mail: inquiries are mailed to these addresses; without a mail server they are in the inbox only.
INQUIRIES_TO = env.words("UPLIFT_INQUIRIES_TO", "")
EMAIL_HOST = env.text("UPLIFT_EMAIL_HOST")
EMAIL_PORT = env.whole("UPLIFT_EMAIL_PORT", 587, low=1, high=65535)
EMAIL_HOST_USER = env.text("UPLIFT_EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("UPLIFT_EMAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("UPLIFT_EMAIL_TLS", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("UPLIFT_EMAIL_FROM", "uplift@localhost")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"

# Jobs
LEASE_SECONDS = env.whole("UPLIFT_LEASE_SECONDS", 30, low=2, high=3600)
STOP_GRACE_SECONDS = env.whole("UPLIFT_STOP_GRACE_SECONDS", 20, low=1, high=3600)
JOB_MEMORY_BYTES = env.whole("UPLIFT_JOB_MEMORY_MB", 0, low=0, high=100_000_000) * 1024 * 1024
JOB_ATTEMPTS = env.whole("UPLIFT_JOB_ATTEMPTS", 5, low=1, high=100)
RESEND_SECONDS = env.whole("UPLIFT_RESEND_SECONDS", 15, low=1, high=3600)
DEVICE_CLASS = env.text("UPLIFT_DEVICE_CLASS", "cpu")
DEVICES = env.numbers("UPLIFT_DEVICES")
CPU_SLOTS = env.whole("UPLIFT_CPU_SLOTS", 1, low=1, high=256)
SPARE_PROCESS = env.flag("UPLIFT_SPARE_PROCESS", default=True)

LOGGING_CONFIG = None
LOGGING = logging_config(json_lines=env.flag("UPLIFT_LOG_JSON", default=False))
