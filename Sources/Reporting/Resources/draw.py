"""Draws every charts/*.vl.json of a directory as an SVG file beside it; with --script FILE writes what pages draw with instead.

One process draws all: a renderer takes half a second to start and a twentieth for a picture. Equal input gives equal bytes, whatever
was drawn before: names within a drawing are counted anew, fonts are the renderer's own, and no scale knows a time zone.
"""

import base64
import csv
import html
import io
import json
import re
import struct
import sys
import zlib
from pathlib import Path

import vl_convert

DARK = (
    "<style>@media (prefers-color-scheme:dark){svg>rect{fill:#1b1b1b}text{fill:#ccc}.role-axis-grid line{stroke:#3a3a3a}"
    ".role-axis-domain line,.role-axis-tick line{stroke:#777}.background{stroke:#555}}</style>"
)
# More cells than this are drawn as one image: rectangles would take megabytes.
MOST_RECTANGLES = 1_500


def inline(node, folder):
    """Puts the rows of the files that a specification names into it: a renderer reads none."""
    if isinstance(node, list):
        return [inline(item, folder) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: inline(value, folder) for key, value in node.items()}
    data = node.get("data")
    if isinstance(data, dict) and "url" in data:
        text = (folder / data["url"]).read_text(encoding="utf-8")
        node["data"] = {"values": text, "format": data["format"]}
    return node


def png(rows):
    """An image of palette indices, as a data address."""
    height, width = len(rows), len(rows[0])

    def chunk(kind, body):
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    raw = b"".join(b"\0" + bytes(row) for row in rows)
    palette = b"".join(bytes(colour) for colour in PALETTE)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"PLTE", palette) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def blend(share):
    light, deep = (247, 251, 255), (8, 48, 107)
    return tuple(round(a + (b - a) * share) for a, b in zip(light, deep))


# White for nothing, 64 blues up to 1.2 of the limit, orange for what throttled.
PALETTE = [(255, 255, 255)] + [blend(index / 63) for index in range(64)] + [(213, 94, 0)]


def as_image(spec):
    """The map of shards with its cells as one image, where there are many."""
    rows = list(csv.DictReader(io.StringIO(spec["data"]["values"])))
    if len(rows) <= MOST_RECTANGLES:
        return spec
    starts = sorted({float(row["minute"]) for row in rows})
    end = max(float(row["until"]) for row in rows)
    step = min((b - a for a, b in zip(starts, starts[1:])), default=1)
    columns = max(1, round((end - starts[0]) / step))
    count = max(int(float(row["below"])) for row in rows)
    cells = [[0] * columns for _ in range(count)]
    for row in rows:
        index = 65 if float(row["throttled"]) > 0 else 1 + min(63, int(float(row["peak_load"]) / 1.2 * 63))
        first = round((float(row["minute"]) - starts[0]) / step)
        last = max(first + 1, round((float(row["until"]) - starts[0]) / step))
        for column in range(first, min(columns, last)):
            cells[int(float(row["row"]))][column] = index
    x, y = spec["layer"][0]["encoding"]["x"], spec["layer"][0]["encoding"]["y"]
    x = {**x, "field": "x", "scale": {**x.get("scale", {}), "domain": [starts[0], end]}}
    image = {
        "data": {"values": [{"x": starts[0], "y": 0, "url": png(cells)}]},
        "mark": {
            "type": "image", "aspect": False, "smooth": False, "aria": False, "align": "left", "baseline": "top",
            "width": spec["width"], "height": spec["height"],
        },
        "encoding": {"x": x, "y": {**y, "field": "y"}, "url": {"field": "url", "type": "nominal"}},
    }
    return {**spec, "layer": [image] + spec["layer"][2:]}


def shortened(match):
    """Places to a tenth of a pixel: half the bytes, and no eye sees it."""
    return re.sub(r"-?\d+\.\d{2,}", lambda number: f"{round(float(number.group()), 1):g}", match.group())


def drawing(name, spec):
    if name.startswith("shards-"):
        spec = as_image(spec)
    svg = vl_convert.vegalite_to_svg(spec)
    # Names count on for the life of the process: here they begin at the picture's own.
    seen = {}

    def renamed(match):
        return f"{name}-{seen.setdefault(match.group(0), len(seen))}"

    svg = re.sub(r"\b(?:clip|gradient_)\d+\b", renamed, svg)
    svg = re.sub(r'\b(?:d|transform)="[^"]*"', shortened, svg)
    question, finding = html.escape(spec["title"]["text"]), html.escape(spec["description"])
    head = (
        f'role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{question}</title><desc id="{name}-desc">{finding}</desc>{DARK}'
    )
    begin = svg.index("<svg")
    end = svg.index(">", begin)
    return svg[:end] + " " + head + svg[end + 1 :] + "\n"


def main():
    if sys.argv[1] == "--script":
        Path(sys.argv[2]).write_text(vl_convert.javascript_bundle(), encoding="utf-8")
        return
    for folder in sys.argv[1:]:
        for path in sorted((Path(folder) / "charts").glob("*.vl.json")):
            name = path.name.removesuffix(".vl.json")
            spec = inline(json.loads(path.read_text(encoding="utf-8")), path.parent)
            path.with_name(name + ".svg").write_text(drawing(name, spec), encoding="utf-8")


main()
