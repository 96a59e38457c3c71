"""Holds pictures against Vega-Lite's own schema, against their drawings, and against rules of our own: each finds what the others
miss. Numbers that a picture shares with the report's other files are the same there."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import altair
import jsonschema

SCHEMA = json.loads(
    (Path(altair.__file__).parent / "vegalite" / "v6" / "schema" / "vega-lite-schema.json").read_text(encoding="utf-8")
)
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
faults: list[str] = []
seen = {"pictures": 0, "marks": 0, "numbers": 0}


def expect(holds: bool, what: str) -> None:
    if not holds:
        faults.append(what)


def walk(node):
    """Every object within a specification."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def tables(spec, folder):
    """The rows of each file that a specification names."""
    return {
        node["url"]: list(csv.DictReader(io.StringIO((folder / node["url"]).read_text(encoding="utf-8"))))
        for node in walk(spec)
        if "url" in node and "format" in node
    }


def check_fields(name, spec, data):
    """Every field is a column, of a table or of a transform; on a log axis all values are positive."""
    columns = {column for rows in data.values() for row in rows[:1] for column in row}
    made = {word for node in walk(spec) for key, value in node.items() if key == "as" for word in ([value] if isinstance(value, str) else value)}
    for node in walk(spec):
        field = node.get("field")
        if not isinstance(field, str):
            continue
        expect(field in columns | made, f"{name}: {field} is no column of {sorted(columns)}")
        scale = node.get("scale")
        if isinstance(scale, dict) and scale.get("type") == "log":
            values = [float(row[field]) for rows in data.values() for row in rows if row.get(field)]
            expect(bool(values) and all(value > 0 for value in values), f"{name}: {field} is not positive on a log axis")


def check_drawing(name, svg):
    """Every group of marks has something in it; names are the picture's own; no address but the namespaces."""
    groups = re.findall(r'<g class="mark-(?:line|area|rect|rule|symbol) role-mark[^"]*"[^>]*>(.*?)</g>', svg, re.S)
    expect(bool(groups), f"{name}: nothing is drawn")
    for group in groups:
        seen["marks"] += 1
        expect(bool(re.search(r"<(path|line|image)", group)) or "lineage" in name or name == "behind", f"{name}: an empty group of marks")
    for identity in re.findall(r'\bid="([^"]+)"', svg):
        expect(identity.startswith(name), f"{name}: id {identity} may be another picture's")
    addresses = set(re.findall(r'https?://[^"\' <)]+', svg))
    expect(addresses <= NAMESPACES, f"{name}: addresses {addresses - NAMESPACES}")
    expect("<title" in svg and "<desc" in svg and 'role="img"' in svg, f"{name}: says nothing to who does not see it")


def check_numbers(folder):
    """What pictures share with the report's tables is the same number."""
    timeline = next(iter((folder / "charts").glob("timeline-*.csv")), None)
    if timeline and (folder / "run.json").exists():
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        stream = next(iter(run["streams"].values()))
        rows = list(csv.DictReader(io.StringIO(timeline.read_text(encoding="utf-8"))))
        throttled = sum(float(row["throttled"]) for row in rows)
        shards = list(csv.DictReader(io.StringIO((folder / "shards.csv").read_text(encoding="utf-8"))))
        counted = sum(int(row["throttled_by_records"]) + int(row["throttled_by_bytes"]) for row in shards if row["stream"] == next(iter(run["streams"])))
        expect(throttled == counted, f"{folder.name}: the timeline has {throttled} throttled, shards.csv {counted}")
        worst = next(iter((folder / "charts").glob("worst-minute-*.csv")))
        demand = max(float(row["demand"]) for row in csv.DictReader(io.StringIO(worst.read_text(encoding="utf-8"))))
        told = stream["second_view"]["worst_demand"]
        expect(abs(demand - told) <= 1e-6 * told, f"{folder.name}: the worst minute has {demand}, run.json {told}")
        seen["numbers"] += 2
    cost = folder / "charts" / "cost.csv"
    if cost.exists() and (folder / "cost.csv").exists():
        drawn = sum(float(row["usd"]) for row in csv.DictReader(io.StringIO(cost.read_text(encoding="utf-8"))))
        billed = sum(float(row["usd"] or 0) for row in csv.DictReader(io.StringIO((folder / "cost.csv").read_text(encoding="utf-8"))))
        expect(abs(drawn - billed) < 1e-6 * max(1, billed), f"{folder.name}: {drawn} are drawn, {billed} billed")
        seen["numbers"] += 1
    sweep = next(iter((folder / "charts").glob("sweep-*.csv")), None)
    if sweep:
        drawn = [row["figure_0"] for row in csv.DictReader(io.StringIO(sweep.read_text(encoding="utf-8")))]
        told = [row["cost_usd"] for row in csv.DictReader(io.StringIO((folder / "sweep.csv").read_text(encoding="utf-8")))]
        expect(drawn == told, f"{folder.name}: {drawn} are drawn, sweep.csv has {told}")
        seen["numbers"] += 1


def check(folder):
    validator = jsonschema.Draft7Validator(SCHEMA)
    paths = sorted((folder / "charts").glob("*.vl.json"))
    expect(bool(paths), f"{folder.name}: no picture")
    page = next(path for path in folder.glob("*.md")).read_text(encoding="utf-8")
    for path in paths:
        name = path.name.removesuffix(".vl.json")
        seen["pictures"] += 1
        spec = json.loads(path.read_text(encoding="utf-8"))
        for fault in validator.iter_errors(spec):
            expect(False, f"{folder.name}/{name}: {fault.message[:300]}")
        check_fields(name, spec, tables(spec, path.parent))
        check_drawing(name, path.with_name(name + ".svg").read_text(encoding="utf-8"))
        expect(f"](charts/{name}.svg)" in page, f"{folder.name}/{name}: the page does not show it")
        expect(spec["title"]["text"].endswith("?"), f"{folder.name}/{name}: its title is no question")
    check_numbers(folder)


def check_again(program, folders):
    """Another process, another time zone and the opposite order give the same bytes."""
    for folder in folders[:2]:
        before = {path.name: path.read_bytes() for path in (folder / "charts").glob("*.svg")}
        with tempfile.TemporaryDirectory() as scratch:
            charts = Path(scratch) / "charts"
            charts.mkdir()
            for path in sorted((folder / "charts").iterdir(), reverse=True):
                if not path.name.endswith(".svg"):
                    (charts / path.name).write_bytes(path.read_bytes())
            code = Path(program).read_text(encoding="utf-8").replace("sorted((Path(folder)", "reversed(sorted((Path(folder)").replace('.vl.json")):', '.vl.json"))):')
            environment = {**os.environ, "TZ": "Asia/Kolkata", "FONTCONFIG_FILE": os.devnull}
            subprocess.run([sys.executable, "-I", "-c", code, scratch], check=True, env=environment)
            after = {path.name: path.read_bytes() for path in charts.glob("*.svg")}
        expect(before.keys() == after.keys(), f"{folder.name}: other pictures")
        for name in before.keys() & after.keys():
            expect(before[name] == after[name], f"{folder.name}/{name}: other bytes from another process")


def main():
    program, folders = sys.argv[1], [Path(name) for name in sys.argv[2:]]
    for folder in folders:
        check(folder)
    check_again(program, folders)
    print("\n".join(faults))
    print(f"{seen['pictures']} pictures, {seen['marks']} groups of marks, {seen['numbers']} sums held against other files")
    sys.exit(1 if faults else 0)


main()
