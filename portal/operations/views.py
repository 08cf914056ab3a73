"""`/health`: 200 while the process can serve, 503 when a part that it needs is away."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify

from portal.operations.health import Board, probes_of
from portal.web.request import Runtime


def install_health(app: Flask, runtime: Runtime) -> None:
    """Add `/health` to an application of either side."""
    app.register_blueprint(health_blueprint(Board(probes_of(runtime))))


def health_blueprint(board: Board) -> Blueprint:
    """Return the blueprint over a board."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/health")
    def health() -> Response:
        report = board.report()
        # without search and with little room the site still serves: other pages say so themselves
        answer = jsonify(report.public())
        answer.status_code = 503 if report.checks["database"].state == "bad" else 200
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return blueprint
