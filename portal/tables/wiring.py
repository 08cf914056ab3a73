"""Offers rows of published tables to pages, plugins and the API."""

from __future__ import annotations

from flask import Flask

from portal.contract.protocols import Layers, Rows
from portal.tables.layers import SqlLayers
from portal.tables.rows import SqlRows
from portal.web.request import Runtime


def offer(runtime: Runtime) -> None:
    """Offer `Rows` and `Layers` over schema `rows` of the public database."""
    runtime.offer(Rows, lambda scope: SqlRows(scope.session("public")))  # type: ignore[type-abstract]
    files = runtime.public_files
    runtime.offer(Layers, lambda scope: SqlLayers(scope.session("public"), files))  # type: ignore[type-abstract]


def install(_app: Flask, runtime: Runtime) -> None:
    """The public side's rows; their pages belong to the plugins."""
    offer(runtime)
