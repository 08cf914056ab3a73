"""What plugins need to make pages: services of the request, rendering, identity, guards and cache rules."""

from __future__ import annotations

from portal.kernel.decisions import require, require_visible
from portal.web.headers import PUBLIC_DATA
from portal.web.rendering import render
from portal.web.request import identity, runtime, service

__all__ = ["PUBLIC_DATA", "identity", "render", "require", "require_visible", "runtime", "service"]
