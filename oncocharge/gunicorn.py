"""How gunicorn serves the site in production: `gunicorn oncocharge.wsgi --config python:oncocharge.gunicorn`.

WEB_CONCURRENCY (processes) is read by gunicorn itself. Threads, because requests wait for the
database; requests are logged by our own middleware, so gunicorn keeps no access log.
"""

import gc
import os
import sys
from typing import Any

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
# The container's own /tmp may be on disk; the heartbeat of the workers must not wait for it.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
accesslog = None
loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """Let a worker answer evenly: what lives as long as it does is never looked through for garbage again.

    A thread that comes back from the database waits up to this long for one that computes; a page that asks
    fifteen times would wait fifteen times Python's usual five milliseconds.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.001)
