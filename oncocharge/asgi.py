"""The ASGI entry, for hosts that serve nothing else; `make run` and the images use wsgi.py."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncocharge.settings")
application = get_asgi_application()
