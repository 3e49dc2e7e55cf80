"""Two hundred and fifty bad files, the same on every run."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# Values of records, none of which may be printed.
SECRETS = ("QZX7391", "Wilhelmina Featherstonehaugh", "9434765919", "1946-03-12", "48273615")
HEADER = "unit,patient,nhs,born,numerator,denominator"
ROW = f"QZX7391,Wilhelmina Featherstonehaugh,9434765919,1946-03-12,48273615,{10**9}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A bad file, and which command is to read it."""

    name: str
    content: bytes
    command: str = "check"


def bad_files(folder: Path) -> Iterator[Bad]:
    """Make them; `folder` is for those that only their own program can write."""
    dice = random.Random(250)
    kinds: list[Callable[[random.Random, Path], Iterator[Bad]]] = [
        _cut_short,
        _random_bytes,
        _mutated,
        _misnamed,
        _texts,
        _workbooks,
        _parquets,
        _databases,
        _cards,
        _record_files,
    ]
    for kind in kinds:
        yield from kind(dice, folder)


def table(rows: int = 8) -> str:
    """A good table of records that are secret."""
    return "\n".join([HEADER, *(f"{ROW[:7]}{at}{ROW[7:]}" for at in range(rows))]) + "\n"


def _good(folder: Path) -> dict[str, bytes]:
    frame = pd.read_csv(io.StringIO(table()), dtype={"nhs": str})
    book, columns = io.BytesIO(), io.BytesIO()
    frame.to_excel(book, index=False)
    frame.to_parquet(columns)
    path = folder / "good.duckdb"
    if not path.exists():
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE records AS FROM frame")
    return {
        "xlsx": book.getvalue(),
        "parquet": columns.getvalue(),
        "duckdb": path.read_bytes(),
        "csv": table().encode(),
    }


def _cut_short(dice: random.Random, folder: Path) -> Iterator[Bad]:
    for suffix, content in _good(folder).items():
        for at in range(13):
            end = dice.randrange(1, len(content))
            yield Bad(name=f"cut{at}.{suffix}", content=content[:end])


def _random_bytes(dice: random.Random, folder: Path) -> Iterator[Bad]:
    starts = [
        b"",
        b"PK\x03\x04",
        b"PAR1",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\xff\xfe",
        bytes(8),
    ]
    for at in range(30):
        suffix = dice.choice(["csv", "xlsx", "xls", "parquet", "duckdb", "tsv", "txt", "nc"])
        content = dice.choice(starts) + dice.randbytes(dice.randrange(1, 5000))
        yield Bad(name=f"random{at}.{suffix}", content=content)


def _mutated(dice: random.Random, folder: Path) -> Iterator[Bad]:
    """Good files with some bytes changed."""
    for suffix, content in _good(folder).items():
        for at in range(14):
            changed = bytearray(content)
            for _ in range(dice.choice([1, 3, 30])):
                changed[dice.randrange(len(changed))] = dice.randrange(256)
            command = "cells" if at % 3 == 0 and suffix != "xlsx" else "check"
            yield Bad(name=f"changed{at}.{suffix}", content=bytes(changed), command=command)


def _misnamed(dice: random.Random, folder: Path) -> Iterator[Bad]:
    good = _good(folder)
    for suffix, content in good.items():
        for other in ("csv", "xlsx", "xls", "parquet", "duckdb", "nc"):
            if other != suffix:
                yield Bad(name=f"{suffix}.as.{other}", content=content)


def _texts(dice: random.Random, folder: Path) -> Iterator[Bad]:
    text = table()
    _, *rows = text.splitlines()
    wide = ",".join(f"c{at}" for at in range(10_000))
    named = {
        "empty": b"",
        "blanks": b"\n \n,,,\n",
        "header": HEADER.encode(),
        "headless": "\n".join(rows).encode(),
        "headless-words": b"Wilhelmina Featherstonehaugh,Leeds\nAnn,York\n",
        "twice": text.replace("patient", "numerator").encode(),
        "same": ("unit," * 200 + "\n" + "QZX7391," * 200).encode(),
        "wide": (wide + "\n" + ",".join(["48273615"] * 10_000) + "\n").encode(),
        "commas": b"unit,numerator,denominator\nQZX7391,1,2\n" + b"," * 3_000_000 + b"x\n",
        "open-quote": text.replace("Wilhelmina", '"Wilhelmina', 1).encode(),
        "utf16": text.replace("48273615", "").encode("utf-16"),
        "utf16-odd": text.encode("utf-16")[:-1],
        "utf16-unmarked": text.replace("48273615", "x").encode("utf-16-le"),
        "utf32": text.replace("48273615", "x").encode("utf-32"),
        "nul": text.replace("QZX", "\0", 1).encode(),
        "nuls": text.encode() + bytes(500),
        "bell": text.replace("48273615", "\x07", 1).encode(),
        "escape": text.replace("patient", "\x1b[31mred").replace("48273615", "x").encode(),
        "too-full": text.replace("48273615", "48,273,615", 1).encode(),
        "too-full-late": (table(400) + "QZX7391,a,b,c,1,234,5\n").encode(),
        "semicolons": b"unit;observed;expected\nQZX7391;12;48,273\n",
        "infinite": text.replace("48273615", "inf").encode(),
        "huge": text.replace("48273615", "9" * 5000).encode(),
        "tiny": text.replace("48273615", "5e-324").encode(),
        "words": text.replace("48273615", "Featherstonehaugh").encode(),
        "long-code": text.replace("QZX7391", "QZX7391" * 10_000).encode(),
        "html": b"<!DOCTYPE html><table><tr><td>QZX7391</table>",
        "xml": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        "json": b'[{"unit": "QZX7391", "numerator": 48273615}]',
        "billion": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b '"
        + b"x" * 1000
        + b"'>]><a>&b;</a>",
    }
    for name, content in named.items():
        yield Bad(name=f"{name}.csv", content=content)
    yield Bad(name="\x1b[31mred\x07.csv", content=text.encode())
    yield Bad(name="headless-records.csv", content="\n".join(rows).encode(), command="cells")
    yield Bad(
        name="headless-words.tsv", content=b"Wilhelmina Featherstonehaugh\tA\n", command="cells"
    )


def book_with(sheet: str, **parts: bytes) -> bytes:
    """A workbook whose only sheet has this XML, with other parts replaced."""
    blank = io.BytesIO()
    pd.DataFrame({"unit": ["A"]}).to_excel(blank, index=False)
    made = io.BytesIO()
    with zipfile.ZipFile(blank) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = sheet.encode()
            key = name.rpartition("/")[2].partition(".")[0]
            new.writestr(name, parts.get(key, content))
    return made.getvalue()


def sheet_of(*cells: str, begin: str = "") -> str:
    """The XML of a sheet of one row of cells."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?>{begin}<worksheet xmlns="{space}"><sheetData>'
        f"{''.join(cells)}</sheetData></worksheet>"
    )


def _workbooks(dice: random.Random, folder: Path) -> Iterator[Bad]:
    one = '<row r="1"><c r="A1" t="inlineStr"><is><t>unit</t></is></c></row>'
    far = '<row r="{0}"><c r="{1}{0}"><v>48273615</v></c></row>'
    for row, column in ((1048576, "XFD"), (9, "ZZZZZZ"), (10**14, "A"), (1048576, "CM"), (0, "A")):
        sheet = sheet_of(one, far.format(row, column))
        yield Bad(name=f"far-{column}{row}.xlsx", content=book_with(sheet))
    entity = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    outside = '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>'
    yield Bad(name="entity.xlsx", content=book_with(sheet_of(outside, begin=entity)))
    laughs = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10 if at else "ha"}">' for at in range(10))
    yield Bad(
        name="laughs.xlsx",
        content=book_with(
            sheet_of(outside.replace("&b;", "&l9;"), begin=f"<!DOCTYPE a [{laughs}]>")
        ),
    )
    yield Bad(name="no-sheet.xlsx", content=book_with(""))
    yield Bad(name="no-styles.xlsx", content=book_with(sheet_of(one), styles=b"<styleSheet"))
    yield Bad(name="no-book.xlsx", content=book_with(sheet_of(one), workbook=b"<workbook/>"))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", "<workbook/>")
        with bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            for _ in range(1100):
                file.write(bytes(1 << 20))
    yield Bad(name="bomb.xlsx", content=made.getvalue())
    yield Bad(name="lying-bomb.xlsx", content=_shrink(made.getvalue()))


def _shrink(data: bytes) -> bytes:
    """Have a bomb say that it is small."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    return data.replace(struct.pack("<I", size), struct.pack("<I", 100))


def _parquets(dice: random.Random, folder: Path) -> Iterator[Bad]:
    def whole(arrow: pa.Table, **options: object) -> bytes:
        made = io.BytesIO()
        pq.write_table(arrow, made, **options)
        return made.getvalue()

    many = pa.table({"unit": pa.nulls(200_000_001, pa.int8())})
    yield Bad(name="many-rows.parquet", content=whole(many))
    names = ["QZX7391", "9434765919", "1946-03-12", "48273615"]
    yield Bad(name="headless.parquet", content=whole(pa.table({name: [1] for name in names})))
    yield Bad(
        name="headless2.parquet",
        content=whole(pa.table({name: [1] for name in names})),
        command="cells",
    )
    nulls = pa.table({"unit": ["A", "A\0"], "numerator": [1, 2], "denominator": [3, 4]})
    yield Bad(name="nul.parquet", content=whole(nulls))
    nested = pa.table({"unit": [[["A"]]], "numerator": [{"a": 1}], "denominator": [b"\xff"]})
    yield Bad(name="nested.parquet", content=whole(nested))
    good = _good(folder)["parquet"]
    yield Bad(name="no-footer.parquet", content=good[:-8] + b"\xff\xff\xff\x7fPAR1")
    yield Bad(name="no-rows.parquet", content=whole(nulls.slice(0, 0)))


def _databases(dice: random.Random, folder: Path) -> Iterator[Bad]:
    secret = folder / "secret.csv"
    secret.write_text(table())
    here = str(secret)
    views = {
        "csv": f"SELECT * FROM read_csv('{here}')",
        "text": f"SELECT content AS unit, 1 AS numerator FROM read_text('{here}')",
        "blob": f"SELECT * FROM read_blob('{folder}/*')",
        "sniff": f"SELECT * FROM sniff_csv('{here}')",
        "glob": f"SELECT file AS unit FROM glob('{folder}/*')",
        "query": f"SELECT * FROM query('FROM read_csv(''{here}'')')",
        "endless": "WITH RECURSIVE r AS (SELECT 1 AS unit UNION ALL SELECT unit FROM r) FROM r",
        "large": "SELECT 'QZX7391' AS unit, 1 AS died FROM range(10000000000)",
    }
    for at, (name, query) in enumerate(views.items()):
        path = folder / f"view{at}.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"CREATE VIEW records AS {query}")
        for command in ("check", "cells"):
            yield Bad(
                name=f"view-{name}-{command}.duckdb", content=path.read_bytes(), command=command
            )


def _cards(dice: random.Random, folder: Path) -> Iterator[Bad]:
    start = b'[indicator]\ntitle = "T"\nmeasure = "proportion"\ndirection = "neither"\n'
    cards = {
        "lists": b"a = " + b"[" * 3000 + b"]" * 3000,
        "shallower": b"a = " + b"[" * 100 + b"]" * 100,
        "tables": b"[" + b".".join([b"a"] * 3000) + b"]",
        "inline": b"a = " + b"{a = " * 900 + b"1" + b"}" * 900,
        "digits": start + b"[columns]\nrounded = " + b"9" * 5000,
        "digits2": start + b"[columns]\nrounded = " + b"9" * 4000,
        "digits3": start + b"[columns]\nsuppressed = [1, " + b"9" * 30 + b"]",
        "float": start + b"[columns]\nrounded = 1e999",
        "nan": start + b"[cost]\nunit_cost = nan",
        "keys": start + b"\n".join(b"k%d = 1" % at for at in range(15_000)),
        "large": start + b"#" * 300_000,
        "bytes": bytes(range(256)),
        "utf16": start.decode().encode("utf-16"),
        "empty": b"",
        "types": b'indicator = 3\ncolumns = "a"',
        "escape": start.replace(b'"T"', b'"\\u001b[31mred\\u0007"'),
        "dates": b"[indicator]\nmeasure = 1979-05-27",
        "cut": start[:40],
    }
    for name, content in cards.items():
        yield Bad(name=f"{name}.toml", content=content, command="card")


def _record_files(dice: random.Random, folder: Path) -> Iterator[Bad]:
    cells = {
        "heading": b"x" * 1_000_000 + b",unit\n1,2\n",
        "quote": b'unit,died\n"QZX7391,1\n',
        "wide": b"unit,died\nQZX7391,1,48273615\n",
        "event": b"unit,died\nQZX7391,48273615\n",
        "word": b"unit,died\nQZX7391,Wilhelmina Featherstonehaugh\n",
        "latin": b"unit,died\nQZX7391\xe9,1\n",
        "twice": b"unit,unit,died\nQZX7391,a,1\n",
        "nul": b"unit,died\nQZX7391\0,1\n",
        "packed": b"\x1f\x8b" + zlib.compress(b"unit,died\nQZX7391,1\n"),
        "short": b"unit,died\nQZX7391\n",
        "empty": b"",
        "header": b"unit,died\n",
    }
    for name, content in cells.items():
        yield Bad(name=f"records-{name}.csv", content=content, command="cells")
