"""The hooks. One to start with; the others tell of what has been committed."""

from __future__ import annotations

import pluggy

from portal.campaigns.declarations import Campaign

hookspec = pluggy.HookspecMarker("portal")
hookimpl = pluggy.HookimplMarker("portal")


@hookspec
def portal_campaign() -> Campaign:  # type: ignore[empty-body]
    """Return the campaign this plugin declares."""
