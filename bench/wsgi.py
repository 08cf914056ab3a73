"""The public application as gunicorn serves it in the demo, on an index of the benchmark's own name."""

from __future__ import annotations

import os

from flask import Flask

from config.settings import PublicSettings, load
from portal.app import create_public_app, public_runtime
from portal.web.request import Runtime
from search.engine import open_engine

INDEX = "BENCH_INDEX"


def runtime() -> Runtime:
    """Everything the internet side has, settings from the environment."""
    settings = load(PublicSettings, os.environ)
    made = public_runtime(settings)
    if settings.public_search_url.startswith("http"):
        made.search.close()
        made.search = open_engine(settings.public_search_url, os.environ[INDEX])
    return made


def public() -> Flask:
    """The internet side."""
    made = runtime()
    if not isinstance(made.settings, PublicSettings):
        raise TypeError("the internet side needs its own settings")
    return create_public_app(made.settings, made)
