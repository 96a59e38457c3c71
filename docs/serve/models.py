"""Makes Sources/Server/Resources/*.json from the API models that botocore ships, or holds them against it.

    pip install botocore==1.44.8
    python3 docs/serve/models.py            # writes
    python3 docs/serve/models.py --check    # compares, and ends with 1 where they differ

Kept is what a server needs: operations with their errors, and of each shape its type, members, what is required, and its
constraints. Documentation, endpoints and waiters are left out.
"""
import gzip
import json
import pathlib
import sys

import botocore

VERSION = "1.44.8"
SERVICES = {"kinesis": "2013-12-02", "firehose": "2015-08-04", "cloudwatch": "2010-08-01"}
ONLY = {"cloudwatch": {"GetMetricData", "GetMetricStatistics"}}
RESOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources/Server/Resources"
CONSTRAINTS = ("min", "max", "pattern", "enum")


def shape(source):
    out = {"type": source["type"]}
    if "members" in source:
        out["members"] = [[name, member["shape"]] for name, member in source["members"].items()]
    if source.get("required"):
        out["required"] = source["required"]
    for part in ("member", "key", "value"):
        if part in source:
            out[part] = source[part]["shape"]
    out.update({name: source[name] for name in CONSTRAINTS if name in source})
    for mark in ("exception", "fault", "event", "eventstream"):
        if source.get(mark):
            out[mark] = True
    return out


def operation(source):
    out = {"errors": sorted(error["shape"] for error in source.get("errors", []))}
    for part in ("input", "output"):
        if part in source:
            out[part] = source[part]["shape"]
    return out


def part(source, names):
    """Some operations, and the shapes that they need."""
    operations = {name: each for name, each in source["operations"].items() if name in names}
    open_, found = [each for op in operations.values() for each in (op["input"], op["output"], *op.get("errors", []))], {}
    while open_:
        name = open_.pop()["shape"]
        if name in found:
            continue
        found[name] = each = source["shapes"][name]
        open_ += list(each.get("members", {}).values()) + [each[k] for k in ("member", "key", "value") if k in each]
    return {**source, "operations": operations, "shapes": found}


def model(service, version):
    path = pathlib.Path(botocore.__file__).parent / "data" / service / version / "service-2.json.gz"
    source = json.load(gzip.open(path))
    if service in ONLY:
        source = part(source, ONLY[service])
    return {
        "botocore": VERSION,
        "service": service,
        "target": source["metadata"]["targetPrefix"],
        "operations": {name: operation(each) for name, each in sorted(source["operations"].items())},
        "shapes": {name: shape(each) for name, each in sorted(source["shapes"].items())},
    }


def text(value):
    """A line for each operation and shape, so that a difference is one."""
    parts = []
    for name, part in value.items():
        if isinstance(part, dict):
            rows = ",\n".join(f"{json.dumps(key)}:{json.dumps(row, separators=(',', ':'))}" for key, row in part.items())
            parts.append(f"{json.dumps(name)}:{{\n{rows}}}")
        else:
            parts.append(f"{json.dumps(name)}:{json.dumps(part)}")
    return "{" + ",\n".join(parts) + "}\n"


def main():
    if botocore.__version__ != VERSION:
        sys.exit(f"botocore is {botocore.__version__}; the models are those of {VERSION}")
    differ = []
    for service, version in SERVICES.items():
        path, wanted = RESOURCES / f"{service}.json", text(model(service, version))
        if "--check" not in sys.argv:
            path.write_text(wanted)
        elif path.read_text() != wanted:
            differ.append(str(path))
    if differ:
        sys.exit("not what the models come to: " + ", ".join(differ))


main()
