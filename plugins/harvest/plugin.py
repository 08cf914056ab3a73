"""Manifest of the harvest plugin: sources, jobs in the worker, CKAN's harvest actions, office pages."""

from __future__ import annotations

from pathlib import Path

from plugins.harvest.actions import ACTIONS
from plugins.harvest.commands import COMMANDS
from plugins.harvest.running import run, schedule, try_out
from plugins.harvest.service import RUN, TRY
from plugins.harvest.views import make_blueprint
from portal.contract.plugin import Job, Plugin, PluginBlueprint, Way
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _

PLUGIN = Plugin(
    name="harvest",
    label="Panen",
    version="1.0",
    blueprints=(PluginBlueprint(frozenset({"office"}), make_blueprint),),
    jobs=(
        Job(RUN, run, attempts=6),
        Job(TRY, try_out, attempts=2),
        Job("harvest.schedule", schedule, attempts=1, cron="*/5 * * * *"),
    ),
    cli=COMMANDS,
    migrations=Path(__file__).resolve().parents[2] / "migrations" / "plugins" / "harvest",
    actions=ACTIONS,
    ways=(Way(Permission.HARVEST_MANAGE, lambda: _("Panen"), "/panen"),),
)
