# The image of web, worker and beat. Its two steps are commands of dev.py that .ci/run also runs.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app

# First what seldom changes: the pinned packages.
COPY dev.py ./
COPY start ./start
COPY requirements ./requirements
RUN python3 dev.py install prod

COPY . .
RUN python3 dev.py static \
 && useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin oncocharge \
 && install --directory --owner=oncocharge --mode=0750 /var/lib/oncocharge/outbox

USER oncocharge
ENV PATH=/app/.venv/bin:$PATH DJANGO_SETTINGS_MODULE=oncocharge.settings ONCOCHARGE_ENV=production
EXPOSE 8000
CMD ["gunicorn", "oncocharge.wsgi", "--config", "python:oncocharge.gunicorn"]
