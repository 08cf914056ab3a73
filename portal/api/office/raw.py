"""Arguments that are a whole object in CKAN's words: read as they come, checked by `package_input` and its like."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field, model_validator

from portal.api.arguments import UNSTORABLE, Arguments


class Raw(Arguments):
    """Every key of the call under `values`, nulls included: for a write a null is a value."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    values: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _given(cls, data: Any) -> Any:
        return {"values": dict(data)}

    def text(self, *names: str) -> str | None:
        """The first of these keys that has a value, as text; what no database holds in it becomes U+FFFD, so that the
        text is nobody's name."""
        given = (self.values.get(name) for name in names)
        found = next((value for value in given if isinstance(value, str | int) and value != ""), None)
        return None if found is None else UNSTORABLE.sub("\ufffd", str(found))
