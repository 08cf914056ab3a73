"""What gunicorn calls: `portal.cli.wsgi:public()` and `portal.cli.wsgi:office()`, settings from the environment."""

from __future__ import annotations

import logging
import os

from flask import Flask

from config.settings import OfficeSettings, PublicSettings, load
from portal.app import create_office_app, create_public_app


def public() -> Flask:
    """The internet side."""
    _log()
    return create_public_app(load(PublicSettings, os.environ))


def office() -> Flask:
    """The officers' side."""
    _log()
    return create_office_app(load(OfficeSettings, os.environ))


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
