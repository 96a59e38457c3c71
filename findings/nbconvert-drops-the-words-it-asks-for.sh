#!/usr/bin/env bash
# nbconvert 7.17.2's default template drops a chart's alternative text and then warns that it is missing.
#
# An output may carry words for its picture in `metadata["image/png"]["alt"]`; that is how nbconvert was taught them in 2019
# (jupyter/nbconvert#1112), and the template `classic` writes them. `lab`, the default since nbconvert 6, does not look there: each chart gets
# "No description has been provided for this image", and each is counted in the warning. What a renderer of charts says for those who
# cannot see reaches HTML by `--template classic` only.
#
# Seen with nbconvert 7.17.2: lab warns of one image and has not the words; classic is silent and has them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check nbconvert==7.17.2 nbformat==5.10.4
cd "$work"
PYTHONDONTWRITEBYTECODE=1 env/bin/python - <<'PY'
import base64
import struct
import subprocess
import zlib
from importlib.metadata import version

import nbformat

WORDS = "Accepted records a second, flat at the limit"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# A picture of one grey point.
header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")
output = nbformat.v4.new_output(
    "display_data", {"image/png": base64.b64encode(png).decode()}, metadata={"image/png": {"alt": WORDS}})
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("chart", outputs=[output], execution_count=1)])
nbformat.validate(notebook)
nbformat.write(notebook, "chart.ipynb")
seen = {}
for template in ("lab", "classic"):
    done = subprocess.run(
        ["env/bin/jupyter-nbconvert", "--to", "html", "--template", template, "--output", template, "chart.ipynb"],
        capture_output=True, text=True, check=True)
    with open(f"{template}.html") as page:
        seen[template] = (WORDS in page.read(), "Alternative text is missing on 1 image(s)" in done.stderr)
    print(f"{template}: words kept {seen[template][0]}, warns {seen[template][1]}")
print(f"nbconvert {version('nbconvert')}")
assert seen == {"lab": (False, True), "classic": (True, False)}, seen
PY
