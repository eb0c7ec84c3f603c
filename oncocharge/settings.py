"""Settings of the oncocharge project: one file, typed readers, nothing clinical.

Every variable read here stands in docs/operations.md with its meaning and default (a test holds
the two together). What a practice decides about charging (payers, fees, policies) is data in
the database, never a setting.
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote

import django_stubs_ext
import pghistory
from csp.constants import NONE, SELF
from whitenoise.compress import Compressor

from oncocharge.environment import Environment, with_file
from oncocharge.logs import logging_configuration

# ModelForm[Plan], QuerySet[Plan] and their kin may then be written where the code runs, not only for mypy.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"
# Read by dev.py and the tests; known here only so that they are not refused as misspelt.
BESIDES = frozenset({"ONCOCHARGE_TEST_BROWSER", "ONCOCHARGE_DICOM_SAMPLES", "ONCOCHARGE_X12_SAMPLES"})

# --- Which kind of process this is ---------------------------------------------------------
KIND = Environment(os.environ).choice("ONCOCHARGE_ENV", "development", ("development", "production", "test"))
IS_PRODUCTION = KIND == "production"
IS_TEST = KIND == "test"
# `make run` writes .local/env, so that manage.py in a second terminal finds the same servers.
ENV = Environment(with_file(os.environ, LOCAL_DIR / "env") if KIND == "development" else os.environ)
ENV.choice("ONCOCHARGE_ENV", "development", ("development", "production", "test"))
if IS_PRODUCTION:
    ENV.require("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "CELERY_BROKER_URL", "ONCOCHARGE_OUTBOX")

# --- Secrets and doors ---------------------------------------------------------------------
SECRET_KEY = ENV.secret("SECRET_KEY", secrets.token_urlsafe(50), least=50)
DEBUG = ENV.flag("ONCOCHARGE_DEBUG", False)
ENV.forbid(DEBUG and IS_PRODUCTION, "ONCOCHARGE_DEBUG is on; production shows no tracebacks to its users.")
ALLOWED_HOSTS = ENV.names("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]", "testserver"])
ENV.forbid(IS_PRODUCTION and "*" in ALLOWED_HOSTS, "ALLOWED_HOSTS is '*'; wanted are the names this site answers to.")
CSRF_TRUSTED_ORIGINS = ENV.names("CSRF_TRUSTED_ORIGINS", [])
HTTPS = ENV.flag("ONCOCHARGE_HTTPS", IS_PRODUCTION)
if ENV.flag("ONCOCHARGE_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = ENV.whole("ONCOCHARGE_HSTS_SECONDS", 31_536_000, least=0, most=63_072_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Whether a domain is preloaded into browsers is for its owner to say, not for one site of it.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# htmx needs no eval and writes no inline style here (its meta tag says so), so nothing is opened for it.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- Who may come in, and for how long -------------------------------------------------------
AUTH_USER_MODEL = "auth.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "oncocharge.signed_in.SignedInBackend",
]
SESSION_ENGINE = "oncocharge.signed_in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if IS_TEST:  # A slow hash is the point everywhere else.
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
IDLE_MINUTES = ENV.whole("ONCOCHARGE_IDLE_MINUTES", 30, least=1, most=480)
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# A message may name a patient: it waits for the next page in the database, not in a cookie of a workstation.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
AXES_FAILURE_LIMIT = ENV.whole("ONCOCHARGE_LOCKOUT_FAILURES", 5, least=2, most=100)
AXES_COOLOFF_TIME = timedelta(minutes=ENV.whole("ONCOCHARGE_LOCKOUT_MINUTES", 15, least=1, most=1440))
# Name and address together: one workstation of a clinic must not lock out all who share its address.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/lockout.html"
AXES_VERBOSE = False

# --- Parts ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "oncocharge.apps.OncochargeConfig",
    "patients.apps.PatientsConfig",
    "courses.apps.CoursesConfig",
    "billing.apps.BillingConfig",
    "oncocharge.apps.SettingsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "pgtrigger",
    "pghistory",
    "csp",
    "django_htmx",
    "django_filters",
    "django_structlog",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "axes",
]
MIDDLEWARE = [
    "oncocharge.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "oncocharge.private.PrivatePagesMiddleware",
    "oncocharge.idle.IdleLogoffMiddleware",
    # Every page asks for a login unless it says @login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "oncocharge.logs.RequestLogMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "oncocharge.htmx.HtmxAnswersMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "oncocharge.urls"
WSGI_APPLICATION = "oncocharge.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "oncocharge" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oncocharge.navigation.navigation",
            ],
        },
    },
]
FORM_RENDERER = "oncocharge.forms_renderer.FormRenderer"
LANGUAGE_CODE = "en-us"
USE_TZ = True  # The database keeps UTC; a facility's own zone decides the day of a session.
TIME_ZONE = ENV.zone("ONCOCHARGE_TIME_ZONE", "America/New_York")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database ------------------------------------------------------------------------------
_DATABASE = ENV.url(
    "DATABASE_URL", "postgresql://oncocharge@127.0.0.1:5432/oncocharge", ("postgresql", "postgres"), needs_path=True
)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(_DATABASE.path.lstrip("/")),
        "USER": unquote(_DATABASE.username or ""),
        "PASSWORD": unquote(_DATABASE.password or ""),
        "HOST": _DATABASE.hostname or "",
        "PORT": str(_DATABASE.port or 5432),
        "CONN_MAX_AGE": 0 if IS_TEST else 60,
        "CONN_HEALTH_CHECKS": True,
        # Whatever libpq knows may stand behind the question mark: ?sslmode=verify-full&sslrootcert=...
        # Few statements are kept planned (patients/prepared.py): none whose best plan depends on its values.
        "OPTIONS": {
            "connect_timeout": "5",
            "application_name": "oncocharge",
            "prepare_threshold": 5,
            # Compiling a wide statement of a page takes longer than running it.
            "options": "-c plan_cache_mode=force_generic_plan -c jit=off",
            **dict(parse_qsl(_DATABASE.query)),
        },
    }
}
# History: append-only event tables filled by database triggers; `row.history` leads to them.
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history")
PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())

# --- Slots: clinical pages leave room for money's words; the roof says which url fills it ------
PATIENTS_COURSES_SLOT = "courses:of-patient"
COURSES_SESSION_SLOT = "billing:session-earned"
COURSES_PICTURE_SLOT = "billing:course-picture"
COURSES_UNLOCKS_SLOT = "billing:unlocks"
COURSES_COURSE_SLOT = "billing:course-charges"
COURSES_QUESTIONS_SLOT = "billing:questions"
COURSES_SESSION_QUESTIONS_SLOT = "billing:session-questions"
COURSES_COURSE_QUESTIONS_SLOT = "billing:course-questions"
COURSES_AUTHORIZATIONS_SLOT = "billing:course-authorizations"
COURSES_RECONCILIATION_SLOT = "billing:course-reconciliation"
COURSES_AUTHORIZED_SLOT = "billing:authorized"
COURSES_AUTHORIZED_MANY_SLOT = "billing:authorized-many"

# --- Jobs (the beat table stands in celery.py) ------------------------------------------------
CELERY_BROKER_URL = ENV.url(
    "CELERY_BROKER_URL", "redis://127.0.0.1:6379/0", ("redis", "rediss", "amqp", "amqps")
).geturl()
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# At least once: a message is done when its task is done, and comes back if the worker dies before.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 1500
CELERY_TASK_TIME_LIMIT = 1800
# Must exceed the time limit and every countdown, or a task still at work is handed out again.
# No retries inside a connection: a page that rings a broker that is down must answer at once.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 3, "max_retries": 0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_IGNORE_RESULT = True  # What became of a job stands in our own rows.
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]

# --- Files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Source maps are for developers' tools; pressing them took most of the time of building an image.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
# Every page asks by the hashed name; pressing the plain copies too would double time and room.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not IS_PRODUCTION
# Claim files are delivered here; the clearinghouse's own program takes them away.
CLAIM_OUTBOX = ENV.folder("ONCOCHARGE_OUTBOX", LOCAL_DIR / "outbox")
# A line for which a payer allows less than its fee schedule says is listed if more cents than these are missing.
UNDERPAYMENT_CENTS = ENV.whole("ONCOCHARGE_UNDERPAYMENT_CENTS", 100, least=0, most=100_000)
# Private keys and passwords with which we sign in at partners' servers; read, never written.
PARTNER_SECRETS = ENV.folder("ONCOCHARGE_PARTNER_SECRETS", LOCAL_DIR / "partner-secrets")

# --- API -----------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["oncocharge.api.filters.NamedFilters"],
    "DEFAULT_PARSER_CLASSES": [
        "oncocharge.api.parsing.StrictJSONParser",
        "oncocharge.api.parsing.Utf8FormParser",
        "oncocharge.api.parsing.Utf8MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "oncocharge.api.schema.NestedNamesSchema",
    "EXCEPTION_HANDLER": "oncocharge.api.problems.problem_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "oncocharge",
    "DESCRIPTION": "Charge capture for radiation oncology",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_NAME_OVERRIDES": {
        "AuthorizationStatusEnum": "oncocharge.api.schema.authorization_statuses",
        "MotionManagementEnum": "oncocharge.api.schema.motion_management",
        "PlanKindEnum": "oncocharge.api.schema.plan_kinds",
        "SessionStatusEnum": "oncocharge.api.schema.session_statuses",
        "SexEnum": "oncocharge.api.schema.sexes",
        "TechniqueEnum": "oncocharge.api.schema.techniques",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Logs ----------------------------------------------------------------------------------
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_configuration(
    level=ENV.choice("ONCOCHARGE_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    form=ENV.choice("ONCOCHARGE_LOG_FORMAT", "json" if IS_PRODUCTION else "text", ("json", "text")),
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = True
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"

ENV.refuse_faults(besides=BESIDES)
