"""Parquet: the table of units, with what ran in its metadata."""

import io
import json

from varstat.present.content import Content


def encode(content: Content) -> bytes:
    """Make Parquet, with account and provenance in the file's metadata under "varstat"."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(content.units, preserve_index=False)
    metadata = (table.schema.metadata or {}) | {b"varstat": json.dumps(content.about).encode()}
    buffer = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(metadata), buffer)
    return buffer.getvalue()
