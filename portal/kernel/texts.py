"""Texts for people, from rooms that know nothing of Flask: services, jobs, commands.

`gettext` speaks Indonesian (the source language) until a web process tells it how to translate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Translator = Callable[[str], str]


def _same(message: str) -> str:
    return message


_translator: list[Translator] = [_same]


def set_translator(translator: Translator) -> None:
    """Let `translator` turn a source text into the language of the moment (called once by each web process)."""
    _translator[0] = translator


def gettext(message: str, **variables: Any) -> str:
    """The text in the language of the moment, with `%(name)s` places filled."""
    text = _translator[0](message)
    return text % variables if variables else text
