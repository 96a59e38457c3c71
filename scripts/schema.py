#!/usr/bin/env python3
"""Holds `weir schema` against `weir validate`: on every committed scenario, and on mutations of them.

    python3 scripts/schema.py --weir .build/release/weir [--mutations 300] [--seed 1] [--list]

Whatever the schema refuses, validate must refuse: an editor that underlines what weir takes is no help. What only validate can
refuse (relations between values, files, names of other parts) is listed in docs/scenario.md; --list prints what was seen.
Ends with 1 when a committed scenario is refused by either, or when the schema refuses what validate takes.

Needs jsonschema and PyYAML (scripts/requirements.txt). The same seed gives the same mutations.
"""
import argparse, copy, json, pathlib, random, re, subprocess, sys, tempfile

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Core(yaml.SafeLoader):
    """Plain scalars as YAML 1.2's core schema reads them; PyYAML's own loader is of YAML 1.1."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("null", r"(?:~|null|Null|NULL|)$", list("~nN") + [""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    ("float", r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
     list("-+0123456789.")),
    ("merge", r"<<$", ["<"]),
]:
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def core_int(loader, node):
    text = node.value
    return int(text, 8) if text.startswith("0o") else int(text, 16) if text.startswith("0x") else int(text, 10)


Core.add_constructor("tag:yaml.org,2002:int", core_int)

ODD = [None, True, 0, -1, 1.5, 1e30, "", "x", "9k", "10 s", "1 MiB", "${nobody}", [], {}, [1], {"a": 1}]


def places(node, path=()):
    yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, path + (key,))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from places(value, path + (index,))


def mutate(tree, chance):
    tree = copy.deepcopy(tree)
    path = chance.choice([p for p in places(tree) if p and p[0] not in ("vars", "extends")])
    parent = tree
    for key in path[:-1]:
        parent = parent[key]
    key, kind = path[-1], chance.randrange(4)
    if kind == 0:
        del parent[key]
    elif kind == 1 and isinstance(parent, dict):
        parent[str(key) + chance.choice(["x", "_", "s"])] = parent.pop(key)
    elif kind == 2 and isinstance(parent[key], (int, float)) and not isinstance(parent[key], bool):
        parent[key] = parent[key] * chance.choice([-1, 1000, 1e9, 0.001])
    else:
        parent[key] = copy.deepcopy(chance.choice(ODD))
    return tree, ".".join(map(str, path))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--weir", required=True)
    options.add_argument("--mutations", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--list", action="store_true")
    options = options.parse_args()
    weir = str(pathlib.Path(options.weir).resolve())
    schema = json.loads(subprocess.run([weir, "schema"], capture_output=True, check=True).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    def refused_by_schema(tree):
        return next((f"{error.json_path}: {error.message[:100]}" for error in validator.iter_errors(tree)), None)

    def refused_by_weir(file):
        outcome = subprocess.run([weir, "validate", str(file)], capture_output=True, text=True, timeout=60)
        return None if outcome.returncode == 0 else (outcome.stderr.splitlines() or ["?"])[0]

    files, faults, strays, both, only_weir = [], [], 0, 0, {}
    for file in sorted((ROOT / "scenarios").rglob("*.y*ml")):
        tree = yaml.load(file.read_text(), Core)
        if not isinstance(tree, dict) or tree.get("schema", "weir/v1") != "weir/v1":
            continue
        wrong, why = refused_by_schema(tree), refused_by_weir(file)
        if wrong:
            faults.append(f"{file}: the schema refuses it: {wrong}")
        if why and "no such file" not in why:
            faults.append(f"{file}: validate refuses it: {why}")
        if not why:
            files.append((file, tree))
    chance = random.Random(options.seed)
    for number in range(options.mutations):
        file, tree = chance.choice(files)
        changed, where = mutate(tree, chance)
        # Beside the original, so that the files it names are there.
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", dir=file.parent, prefix=".mutation-") as copy_:
            json.dump(changed, copy_, allow_nan=False)
            copy_.flush()
            wrong, why = refused_by_schema(changed), refused_by_weir(copy_.name)
        if wrong and not why:
            faults.append(f"mutation {number} of {file.name} at {where}: the schema alone refuses it: {wrong}")
        elif why and not wrong:
            message = re.sub(r"^\S+ (\S+: )?", "", why)
            only_weir.setdefault(re.sub(r'"[^"]*"|[0-9][0-9.,a-zA-Z]*', "…", message), []).append(f"{where}: {message}")
        elif why:
            both += 1
        else:
            strays += 1
    print(f"{len(files)} scenarios; {options.mutations} mutations (seed {options.seed}): {both} refused by both, "
          f"{sum(map(len, only_weir.values()))} by validate alone, {strays} taken by both, {len(faults)} faults")
    if options.list:
        for message, examples in sorted(only_weir.items(), key=lambda item: -len(item[1])):
            print(f"{len(examples):4}  {examples[0]}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
