"""The public application as gunicorn serves it in the demo, on an index of the benchmark's own name."""

from __future__ import annotations

import os

from flask import Flask

from config.settings import PublicSettings, load
from portal.app import create_public_app, public_runtime
from portal.web.request import Runtime
from search.engine import open_engine

INDEX = "BENCH_INDEX"


def make() -> tuple[Flask, Runtime]:
    """The internet side and what it has, settings from the environment."""
    settings = load(PublicSettings, os.environ)
    made = public_runtime(settings)
    if settings.public_search_url.startswith("http"):
        made.search.close()
        made.search = open_engine(settings.public_search_url, os.environ[INDEX])
    return create_public_app(settings, made), made


def public() -> Flask:
    """What gunicorn calls."""
    return make()[0]
