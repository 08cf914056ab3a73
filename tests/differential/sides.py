"""One side of the comparison: a running action API, what was remembered of it, and how one call is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

#: Stands for this run's own token in every name, so that runs do not meet each other in a long-lived CKAN.
RUN = "§"
_WHOLE = re.compile(r"\$([\w.-]+)")
_INSIDE = re.compile(r"\$\{([\w.-]+)\}")
_JSONP = re.compile(r"f(?:\.g)?\((\{.*\})\);", re.S)
TIMEOUT = 120


@dataclass(frozen=True)
class Call:
    """One call of the table.

    `data` is JSON with three marks: `§` is the run's token, a text `$name` (or `${name}` inside a text) is what was
    kept under that name on this side. `how` is `json`, `get`, `form`, `multipart`, `raw` (bytes with `content_type`),
    or the name of another method, its data in the address.
    `keep` remembers parts of the result by their path (`{"ds": "id"}`). `values=False`: the whole site answers, or
    chance does; only status, envelope and shape are compared. `ignore` names keys whose values are left out;
    `unordered`: CKAN gives lists in the order of chance (by random ids).
    """

    action: str
    data: Any = None
    who: str = "nobody"
    how: str = "json"
    keep: Mapping[str, str] = field(default_factory=dict)
    values: bool = True
    ignore: tuple[str, ...] = ()
    unordered: bool = False
    note: str = ""
    files: Mapping[str, tuple[str, bytes, str]] = field(default_factory=dict)
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str = "/api/3/action/{action}"

    @property
    def label(self) -> str:
        """How a report names this call."""
        data = repr(self.data)
        short = data if len(data) < 160 else f"{data[:120]}… ({len(data)})"
        return f"{self.action} [{self.who}, {self.how}] {self.note or short}"


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is JSON or, where it is none, a mark and the first bytes."""

    status: int
    body: Any
    content_type: str = ""

    @property
    def is_json(self) -> bool:
        """Whether it was JSON at all."""
        return not (isinstance(self.body, str) and self.body.startswith("\x00"))


@dataclass
class Side:
    """A running API. `kept` holds ids and tokens by name; `site_token` is the administrator's;
    `also` are other addresses that this side calls its own."""

    name: str
    url: str
    site_token: str
    run: str
    kept: dict[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.kept["token.sysadmin"] = self.site_token
        self.session = requests.Session()

    def filled(self, value: Any) -> Any:
        """The data of a call with this side's names and ids in it."""
        if isinstance(value, dict):
            return {self.filled(key): self.filled(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.filled(item) for item in value]
        if isinstance(value, str):
            text = value.replace(RUN, self.run)
            if match := _WHOLE.fullmatch(text):
                return self.kept.get(match[1], f"missing-{match[1]}")
            return _INSIDE.sub(lambda match: str(self.kept.get(match[1], f"missing-{match[1]}")), text)
        return value

    def send(self, call: Call) -> Answer:
        """Make the call; what could not be had is status 0."""
        headers = dict(call.headers)
        if call.who != "nobody":
            headers["Authorization"] = str(self.kept.get(f"token.{call.who}", "no-such-token"))
        address = self.url + self.filled(call.path.replace("{action}", call.action))
        try:
            response = self._send(call, address, headers)
        except requests.RequestException as error:
            return Answer(0, f"\x00{error}")
        answer = self._answer(response)
        for name, path in call.keep.items():
            found = reach(answer.body.get("result") if isinstance(answer.body, dict) else None, path)
            if found is not None:
                self.kept[name] = found
        return answer

    def _send(self, call: Call, address: str, headers: dict[str, str]) -> requests.Response:
        data = self.filled(call.data)
        common: dict[str, Any] = {"headers": headers, "timeout": TIMEOUT, "allow_redirects": False}
        if call.how == "get":
            return self.session.get(address, params=data, **common)
        if call.how == "form":
            return self.session.post(address, data=data, **common)
        if call.how in ("head", "options", "put", "patch", "delete"):
            return self.session.request(call.how.upper(), address, params=data, **common)
        if call.how == "multipart":
            return self.session.post(address, data=data, files=dict(call.files), **common)
        if call.how == "raw":
            headers["Content-Type"] = call.content_type or "application/json"
            body = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
            return self.session.post(address, data=body, **common)
        headers["Content-Type"] = "application/json"
        return self.session.post(address, data=json.dumps({} if data is None else data), **common)

    def _answer(self, response: requests.Response) -> Answer:
        kind = response.headers.get("Content-Type", "")
        try:
            return Answer(response.status_code, response.json(), kind)
        except ValueError:
            text = response.text
            if call_back := _JSONP.fullmatch(text):
                return Answer(response.status_code, {**json.loads(call_back[1]), "jsonp": True}, kind)
            return Answer(response.status_code, f"\x00{text[:400]}", kind)


def reach(value: Any, path: str) -> Any:
    """A part of a result by its path: `resources.0.id`; an empty path is the whole; None where there is none."""
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
