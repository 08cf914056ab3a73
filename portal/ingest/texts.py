"""The gettext of this room's services. Services know no Flask; a job has no request, then Indonesian is spoken."""

from __future__ import annotations


def _(message: str, **params: object) -> str:
    """The sentence in the reader's language, with `%(name)s` filled. `message` is the Indonesian msgid."""
    from flask import has_app_context

    if has_app_context():
        from flask_babel import gettext

        return str(gettext(message, **params))
    return message % params if params else message
