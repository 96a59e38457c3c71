#!/usr/bin/env bash
# Vega-Lite 6.4.1 refuses what its own schema allows: a zoom beside `layer` of two marks ends with "Duplicate signal name".
#
# `params` may stand at the top of a layered chart, says the JSON Schema that altair 6.3.0 carries. The compiler gives the parameter to
# each layer and then finds its name twice. Inside one of the layers it works for all of them. Whoever checks charts by the schema alone
# ships one that nobody can draw.
#
# Seen with vl-convert 1.9.0.post1 (Vega-Lite 6.4.1): valid, then `Duplicate signal name: "zoom_tuple"`; in the first layer: drawn.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check vl-convert-python==1.9.0.post1 altair==6.3.0 jsonschema==4.26.0
PYTHONDONTWRITEBYTECODE=1 "$work/env/bin/python" - <<'PY'
import json
from importlib.metadata import version
from pathlib import Path

import altair
import jsonschema
import vl_convert

schema = json.loads((Path(altair.__file__).parent / "vegalite/v6/schema/vega-lite-schema.json").read_text())
validator = jsonschema.Draft7Validator(schema)
zoom = [{"name": "zoom", "select": {"type": "interval", "encodings": ["x"]}, "bind": "scales"}]
data = {"values": [{"t": 1, "load": 0.4}, {"t": 2, "load": 1.2}]}
line = {
    "mark": "line",
    "encoding": {"x": {"field": "t", "type": "quantitative"}, "y": {"field": "load", "type": "quantitative"}},
}
limit = {"mark": "rule", "encoding": {"y": {"datum": 1}}}
charts = {
    "beside the layers": {"data": data, "params": zoom, "layer": [line, limit]},
    "in the first layer": {"data": data, "layer": [{**line, "params": zoom}, limit]},
}
seen = {}
for place, chart in charts.items():
    valid = not list(validator.iter_errors(chart))
    try:
        vl_convert.vegalite_to_svg(chart, vl_version="6.4")
        drawn = "drawn"
    except ValueError as error:
        drawn = next(text for text in str(error).splitlines() if text.startswith("Error"))
    seen[place] = (valid, drawn)
    print(f"vl-convert {version('vl-convert-python')}: params {place}: {'valid' if valid else 'not valid'}, {drawn}")
assert seen["beside the layers"] == (True, 'Error: Duplicate signal name: "zoom_tuple"'), "this has changed"
assert seen["in the first layer"] == (True, "drawn"), "this has changed"
PY
