"""Answers that outlive their request: streamed with a scope of their own, which is closed when the reader leaves."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from flask import Response, request

from portal.web.request import Scope, runtime


class Pieces:
    """The stream and its scope. The first piece is made at once, so that a fault in it is still a refusal."""

    def __init__(self, scope: Scope, make: Callable[[Scope], Iterator[bytes]]) -> None:
        self._scope = scope
        self._stream: Iterator[bytes] = iter(())
        try:
            self._stream = make(scope)
            self._first: bytes | None = next(self._stream, b"")
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        first, self._first = self._first, None
        piece = next(self._stream, None) if first is None else first
        if piece is None:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Give the connections back, also when the reader left in the middle: what makes the pieces ends first."""
        if isinstance(self._stream, Generator):
            self._stream.close()
        self._scope.close()


def streamed(make: Callable[[Scope], Iterator[bytes]], *, content_type: str, filename: str, etag: str) -> Response:
    """A download in pieces; `make` gets the scope that lives as long as it. Answers 304 to who has it already."""
    if etag in request.if_none_match:
        response = Response(status=304)
    else:
        response = Response(content_type=content_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
        if request.method == "GET":
            pieces = Pieces(runtime().scope(), make)
            response.response = pieces
            response.call_on_close(pieces.close)
    response.set_etag(etag)
    return response
