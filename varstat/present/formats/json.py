"""JSON: everything that is known of the results."""

import json

from varstat.present.content import Content


def json_bytes(content: Content) -> bytes:
    """Make JSON: one object a group under `funnels`, `leagues`, …; of one, its keys on top too."""
    origin = {key: content.about[key] for key in ("account", "provenance")}
    objects = [
        each | {k: v for k, v in origin.items() if k not in each} for each in content.objects
    ]
    whole = (objects[0] if len(objects) == 1 else content.about) | {content.kind: objects}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False).encode() + b"\n"


encode = json_bytes
