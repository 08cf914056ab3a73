"""Every action of the office: the public side's, with the office's own on top."""

from __future__ import annotations

from portal.api import registry
from portal.api.action import Registry

ACTIONS: Registry = registry.table((*registry.FAMILIES,))
