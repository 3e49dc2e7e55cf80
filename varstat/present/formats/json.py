"""JSON: everything that is known of the results."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from varstat.present.content import Content


def json_bytes(content: Content) -> bytes:
    """Make JSON: one object a group under `funnels`, `leagues`, …; of one, its keys on top too."""
    origin = {key: content.about[key] for key in ("account", "provenance")}
    # Each value is written once, though it stands twice: of many units all at once takes memory.
    objects = [
        _write_each(each | {k: v for k, v in origin.items() if k not in each})
        for each in content.objects
    ]
    top = objects[0] if len(objects) == 1 else _write_each(content.about)
    listed: list[bytes] = []
    for each in objects:
        listed += [b", ", *_parts(each)] if listed else _parts(each)
    members = {key: [text] for key, text in top.items()} | {content.kind: [b"[", *listed, b"]"]}
    return b"".join((*_members(members), b"\n"))


def _write_each(values: Mapping[str, Any]) -> dict[str, bytes]:
    return {key: _write(value) for key, value in values.items()}


def _parts(values: Mapping[str, bytes]) -> Iterator[bytes]:
    return _members({key: [text] for key, text in values.items()})


def _members(values: Mapping[str, Sequence[bytes]]) -> Iterator[bytes]:
    """Give the parts of an object's text, of which no whole is made here."""
    between = b"{"
    for key, parts in values.items():
        yield between + _write(key) + b": "
        yield from parts
        between = b", "
    yield b"}"


def _write(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


encode = json_bytes
