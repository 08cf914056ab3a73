"""Templates compiled once for each language: what a page says to everybody is worked out before anybody asks.

Looking a text up in the catalogue, drawing an icon or building a fixed address costs little, but a page does it some
three hundred times. So each language has an environment of its own, whose compiler replaces such calls, where all their
arguments are constants, by what they give. The words of a page are then part of its constant text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, cast

from babel.support import NullTranslations
from flask import Flask
from flask.templating import Environment as FlaskEnvironment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

Function = Callable[..., Any]
_TEXT = frozenset({"_", "gettext"})


class SpokenEnvironment(FlaskEnvironment):
    """Flask's environment, which can have others beside it that speak one language each."""

    #: Set in those that speak one language: its texts, and functions of constants that need no request.
    texts: NullTranslations | None = None
    said: Mapping[str, Function] = {}

    def speaking(
        self,
        texts: NullTranslations,
        said: Mapping[str, Function],
        globals_: Mapping[str, Any],
        filters: Mapping[str, Function],
    ) -> SpokenEnvironment:
        """An environment of one language: `globals_` and `filters` stand above this one's, as they are now."""
        made = self.overlay()
        made.texts, made.said = texts, said
        made.globals = {**self.globals, **globals_}
        made.filters = {**self.filters, **filters}
        return made

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's own where a template adds none: each import of macros compares the names of both."""
        return self.globals if self.texts is not None and not d else super().make_globals(d)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if self.texts is None:
            return tree
        escaped = self.autoescape(name) if callable(self.autoescape) else self.autoescape
        folded = cast("nodes.Template", _Folder(self.texts, self.said, escaped=bool(escaped)).visit(tree))
        folded.set_environment(self)
        return folded


class _Folder(NodeTransformer):
    """Replaces calls of constants by what they give, innermost first."""

    def __init__(self, texts: NullTranslations, said: Mapping[str, Function], *, escaped: bool) -> None:
        self._texts = texts
        self._said = said
        self._escaped = escaped

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - named by Jinja
        """A text, or a function that needs no request; anything else stays a call."""
        call = cast("nodes.Call", self.generic_visit(node))
        if not isinstance(call.node, nodes.Name) or call.dyn_args or call.dyn_kwargs:
            return call
        if not all(isinstance(item, nodes.Const) for item in call.args):
            return call
        values = [cast("nodes.Const", item).value for item in call.args]
        if call.node.name in _TEXT and len(values) == 1 and isinstance(values[0], str):
            return self._text(values[0], call)
        function = self._said.get(call.node.name)
        if function is None or call.kwargs:
            return call
        return nodes.Const(function(*values), lineno=call.lineno)

    def _text(self, message: str, call: nodes.Call) -> nodes.Expr:
        """The translation; as Jinja's own gettext it is always a format, and markup where output is escaped."""
        found = self._texts.gettext(message)
        text: Any = Markup(found) if self._escaped else found  # noqa: S704 - our own texts, as Jinja takes them
        if not call.kwargs:
            return nodes.Const(text % {}, lineno=call.lineno)
        places = [nodes.Pair(nodes.Const(item.key), item.value) for item in call.kwargs]
        return nodes.Mod(nodes.Const(text), nodes.Dict(places), lineno=call.lineno)


def prepare(app: Flask) -> None:
    """Let an application's templates be of this kind; call it before anything asks for `app.jinja_env`.

    Raises RuntimeError when something has asked already.
    """
    if "jinja_env" in app.__dict__:
        raise RuntimeError("the application has its templates already")
    app.jinja_environment = SpokenEnvironment
