#!/usr/bin/env bash
# Vega-Lite 6.4.1 leaves out ticks that one layer's `axis.values` lists, although `labelOverlap` is false, as soon as another layer has an
# axis of the same channel: that one's default `tickCount`, one for 40 pixels, enters the merged axis, and Vega thins the listed values to it.
#
# A heat map whose axis names its 21 rows names them all; with lines laid over it, on the same scale, it names every fourth, in silence.
# `tickCount` as large as the list, beside the values, brings all back.
#
# Seen with vl-convert 1.9.0.post1: 21 labels alone, 6 with a second layer, 21 with tickCount.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check vl-convert-python==1.9.0.post1
PYTHONDONTWRITEBYTECODE=1 "$work/env/bin/python" - <<'PY'
from importlib.metadata import version

import vl_convert

rows = 21


def labels(layers: int, more: dict[str, int]) -> int:
    axis = {
        "values": [row + 0.5 for row in range(rows)], "labelOverlap": False,
        "labelExpr": "'row ' + floor(datum.value)", **more,
    }
    cells = {
        "mark": "rect",
        "encoding": {"y": {"field": "row", "type": "quantitative", "axis": axis}, "y2": {"field": "below"}},
    }
    lines = {"mark": "rule", "encoding": {"y": {"field": "row", "type": "quantitative"}, "y2": {"field": "below"}}}
    chart = {
        "data": {"values": [{"row": row, "below": row + 1} for row in range(rows)]},
        "height": 14 * rows, "layer": [cells, lines][:layers],
    }
    return vl_convert.vegalite_to_svg(chart, vl_version="6.4").count(">row ")


seen = {
    "alone": labels(1, {}), "with a second layer": labels(2, {}), "with tickCount": labels(2, {"tickCount": rows}),
}
for name, count in seen.items():
    print(f"vl-convert {version('vl-convert-python')}: {rows} values, {name}: {count} labels")
assert seen == {"alone": 21, "with a second layer": 6, "with tickCount": 21}, "this has changed"
PY
