"""Time case-mix cells of records against DuckDB's own SQL, written by hand for the one question.

Records are made by DuckDB: an organisation, a date, a procedure, an age, a sex, a fifth of
deprivation and an event, skewed as hospital records are. Both sides run in processes of their own
and write the same cells, in the same order, to a Parquet file; they run in turns, and what is
reported is the median of the ratios of the pairs: of the verb against the query, wall and CPU, and
of the CPU seconds of whole processes with their imports. The SQL by hand groups by quarter,
names groups only once they are few, and does nothing else: it checks no value, and a record that
lacks one of its columns vanishes. It is the floor; what varstat takes above it is the account.

    python benchmarks/cells.py [--records 10] [--runs 5] [--threads 2] [--memory 500MB]

`--records` is in millions.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np

RECORDS = """
COPY (
  SELECT 'R' || lpad(floor(200 * sqrt(u(i, 1)))::int::varchar, 3, '0') AS trust,
         DATE '2019-04-01' + (1461 * u(i, 2))::int AS admitted,
         'P' || floor(12 * u(i, 3) * u(i, 3))::int AS procedure,
         floor(95 * sqrt(u(i, 4)))::int AS age,
         CASE WHEN u(i, 5) < 0.53 THEN 'F' ELSE 'M' END AS sex,
         1 + floor(5 * u(i, 6))::int AS deprivation,
         (u(i, 7) < 0.07)::int AS readmitted
  FROM range({records}) t(i)
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""

TELL = """
import json, resource, sys, time
source, path, threads, memory = sys.argv[1:]
def begin():
    global wall, cpu
    wall, cpu = time.perf_counter(), time.process_time()
def tell(rows):
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu,
                      "process": usage.ru_utime + usage.ru_stime, "rows": rows,
                      "megabytes": usage.ru_maxrss / 1024}))
"""

HAND = """
import duckdb
begin()
con = duckdb.connect(config={"threads": threads, "preserve_insertion_order": "false"})
if memory: con.execute(f"SET memory_limit = '{memory}'")
con.execute(f\"\"\"
COPY (
  SELECT unit, (year(q) - (month(q) < 4)::int) || '-' ||
           right((year(q) - (month(q) < 4)::int + 1)::varchar, 2) || ' Q' ||
           CASE WHEN month(q) < 4 THEN 4 ELSE month(q) // 3 END AS period,
         procedure, sex, deprivation::varchar AS deprivation,
         ['under 18', '18 to 44', '45 to 64', '65 and over'][band] AS age, denominator, numerator
  FROM (SELECT trust AS unit, date_trunc('quarter', admitted) AS q, procedure, sex, deprivation,
               CASE WHEN age < 18 THEN 1 WHEN age < 45 THEN 2 WHEN age < 65 THEN 3 ELSE 4 END band,
               count(*) AS denominator, sum(readmitted)::bigint AS numerator
        FROM '{source}' GROUP BY ALL)
  ORDER BY unit, period, procedure, sex, deprivation, band
) TO '{path}' (FORMAT parquet)\"\"\")
tell(con.execute(f"SELECT count(*) FROM '{path}'").fetchall()[0][0])
"""

OURS = """
import varstat, ibis
varstat.write_cells
begin()
account = varstat.write_cells(
    source, path, unit="trust", event="readmitted", strata=["procedure", "sex", "deprivation"],
    bands={"age": [18, 45, 65]}, period="admitted", roll_up="quarter", threads=int(threads),
    memory_limit=memory or None)
tell(account.rows_kept - account.rows_merged)
"""


def make_records(path: Path, records: int) -> None:
    """Make records, the same on every run."""
    with duckdb.connect() as connection:
        connection.execute("CREATE MACRO u(i, k) AS (hash(i * 8 + k) % 1000003) / 1000003.0")
        connection.execute(RECORDS.format(records=records, path=path))


def measure(script: str, source: Path, path: Path, *options: str) -> dict[str, float]:
    """Run a script in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", TELL + script, source, path, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def check_same(one: Path, other: Path) -> None:
    """Check that both files hold the same cells in the same order."""
    with duckdb.connect() as connection:
        different = connection.execute(
            f"SELECT count(*) FROM '{one}' a POSITIONAL JOIN '{other}' b WHERE a IS DISTINCT FROM b"
        ).fetchall()[0][0]
    if different:
        raise SystemExit(f"{different:,} cells differ")


def main() -> None:
    """Print one line for each side, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=float, default=10, help="in millions")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", default="2")
    parser.add_argument("--memory", default="", help="such as 500MB, for both")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "records.parquet"
        make_records(source, int(1e6 * asked.records))
        paths = {name: Path(folder) / f"{name}.parquet" for name in ("by hand", "varstat")}
        scripts = {"by hand": HAND, "varstat": OURS}
        found: dict[str, list[dict[str, float]]] = {name: [] for name in scripts}
        for _ in range(asked.runs):
            for name, script in scripts.items():
                options = (asked.threads, asked.memory)
                found[name].append(measure(script, source, paths[name], *options))
        check_same(*paths.values())
        size = source.stat().st_size / 2**20
    rows = int(found["varstat"][0]["rows"])
    print(f"{asked.records:g} million records ({size:,.0f} MB of Parquet), {rows:,} cells")
    print(f"{'':<8} {'wall s':>8} {'CPU s':>8} {'process':>8} {'peak MB':>8}")
    for name, runs in found.items():
        numbers = {key: float(np.median([run[key] for run in runs])) for key in runs[0]}
        print(
            f"{name:<8} {numbers['wall']:>8.2f} {numbers['cpu']:>8.2f} {numbers['process']:>8.2f} "
            f"{numbers['megabytes']:>8,.0f}"
        )
    for key in ("wall", "cpu", "process"):
        ratios = [
            ours[key] / hand[key]
            for ours, hand in zip(found["varstat"], found["by hand"], strict=True)
        ]
        spread = f"({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"ratio of {key}: median {np.median(ratios):.2f} {spread}")


if __name__ == "__main__":
    main()
