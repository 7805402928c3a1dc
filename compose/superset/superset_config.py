"""Settings of Superset, by `npm run superset -- up` and in the image of the Dockerfile beside this file."""

import os
from pathlib import Path

from superset.config import THEME_DARK, THEME_DEFAULT
from superset.utils.log import AbstractEventLogger

# Metadata, logs and what else it writes are for nobody else to read.
os.umask(0o077)


def _read_secret(name: str) -> str:
    return Path(os.environ["SUPERSET_SECRETS"], name).read_text().strip()


SECRET_KEY = _read_secret("secret_key")
GUEST_TOKEN_JWT_SECRET = _read_secret("guest_token_secret")
GLOBAL_ASYNC_QUERIES_JWT_SECRET = _read_secret("async_queries_secret")

SQLALCHEMY_DATABASE_URI = f"sqlite:///{os.environ['SUPERSET_METADATA']}"
# Eight threads share it.
SQLALCHEMY_ENGINE_OPTIONS = {"connect_args": {"timeout": 30}}

# Otherwise "Last hour" ends at today's midnight, before it begins, and is refused.
DEFAULT_RELATIVE_START_TIME = "now"
DEFAULT_RELATIVE_END_TIME = "now"

# What a chart shows changes with every window, and the dashboards ask every 30 seconds.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

# Nothing from elsewhere: neither the pixel by which scarf.sh counts visits, nor maps or pictures of others.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "object-src": "'none'",
        "script-src": ["'self'", "'strict-dynamic'"],
        # Its components write their styles into the page.
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    # On 127.0.0.1 there is no certificate.
    "force_https": False,
    "session_cookie_secure": False,
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

FEATURE_FLAGS = {
    # Every chart of a dashboard is drawn, also those that nobody has scrolled to: a print or a picture has all of them.
    "DASHBOARD_VIRTUALIZATION": False,
    # The bundle's SQL is as it is written.
    "ENABLE_TEMPLATE_PROCESSING": False,
}

# Bars by time are of this type in the bundle: their axis ends half a bar after the last one, at a time that says nothing. Other
# bars keep the label of their last one.
for _theme in (THEME_DEFAULT, THEME_DARK):
    _theme["token"]["echartsOptionsOverridesByChartType"] = {
        "echarts_timeseries": {"xAxis": {"axisLabel": {"showMaxLabel": False}}},
    }

# One process, so that its memory will do.
RATELIMIT_STORAGE_URI = "memory://"


class _NoEvents(AbstractEventLogger):
    """Superset's own writes a row for each request of each refresh, for ever."""

    def log(self, *args: object, **kwargs: object) -> None:
        pass


EVENT_LOGGER = _NoEvents()
