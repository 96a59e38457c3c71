#!/usr/bin/env python3
"""libFuzzer on what reads strangers' bytes in `weir serve`: JSON, CBOR, event streams, signatures (Tests/Fuzz/Fuzz.swift).

    python3 scripts/fuzz.py --build .build/release [--runs 1000000 | --seconds 10] [--only json] [--keep]

Server's sources are compiled again with libFuzzer's counters, what they build upon is taken as it was built. No input may end it, keep it
busy for 5 s, or take 1 GiB. It begins with the inputs of Tests/Fuzz/corpus, a line of base64 each; --keep adds those that reach what no
other does. Ends with 1 at the first fault, with its input. Where the toolchain has no libFuzzer it says so and ends with 0.
"""
import argparse, base64, os, pathlib, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TRIALS = ["json", "cbor", "events", "sigv4"]
LONGEST = 1024
# What Server is built upon.
MODULES = ["Units", "Limits", "KinesisCore", "Crypto", "CryptoBoringWrapper", "CCryptoBoringSSL", "CCryptoBoringSSLShims", "CXKCP", "CXKCPShims"]


def built(build: pathlib.Path) -> pathlib.Path:
    """The fuzzer, made anew where a source is newer."""
    program = ROOT / ".build/fuzz/fuzz"
    sources = sorted((ROOT / "Sources/Server").rglob("*.swift")) + [ROOT / "Tests/Fuzz/Fuzz.swift"]
    sources += sorted((build.resolve() / "Server.build/DerivedSources").glob("*.swift"))
    objects = [file for module in MODULES for file in sorted((build.resolve() / f"{module}.build").rglob("*.o"))]
    if program.exists() and program.stat().st_mtime > max(file.stat().st_mtime for file in [*sources, *objects]):
        return program
    program.parent.mkdir(parents=True, exist_ok=True)
    features = ["ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility"]
    crypto = ROOT / ".build/checkouts/swift-crypto/Sources"
    maps = [f"-fmodule-map-file={ROOT}/Sources/{name}/module.modulemap" for name in ("CJq", "CZlib")]
    maps += [f"-I{crypto}/{name}/include" for name in ("CCryptoBoringSSL", "CCryptoBoringSSLShims")]
    subprocess.run(
        ["swiftc", "-module-name", "Server", "-package-name", "weir", "-parse-as-library", "-swift-version", "6",
         *(word for name in features for word in ("-enable-upcoming-feature", name)), "-O", "-wmo", "-num-threads", "2", "-sanitize=fuzzer",
         "-I", str(build.resolve() / "Modules"), *(word for option in maps for word in ("-Xcc", option)),
         *map(str, sources), *map(str, objects), "-ljq", "-lz", "-lstdc++", "-o", str(program)], check=True,
        cwd=program.parent)
    return program


def kept(trial: str) -> pathlib.Path:
    return ROOT / f"Tests/Fuzz/corpus/{trial}.txt"


def read(file: pathlib.Path, folder: pathlib.Path) -> None:
    folder.mkdir()
    for number, line in enumerate(file.read_text().split()):
        (folder / f"{number:05}").write_bytes(base64.b64decode(line))


def fuzz(program: pathlib.Path, trial: str, bounds: list[str], keeps: bool) -> bool:
    """Whether nothing was found."""
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        read(kept(trial), folder / "kept")
        (folder / "new").mkdir()
        line = [str(program), f"-max_len={LONGEST}", "-timeout=5", "-rss_limit_mb=1024", "-seed=1", "-verbosity=0",
                "-artifact_prefix=" + str(folder / "fault-")]
        environment = {**os.environ, "WEIR_FUZZ": trial}
        done = subprocess.run([*line, *bounds, "-print_final_stats=1", "new", "kept"], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
        figures = dict(part.removeprefix("stat::").split(":") for part in done.stderr.splitlines() if part.startswith("stat::"))
        count = int(figures.get("number_of_executed_units", 0))
        print(f"{trial}: {count:,} inputs, {int(figures.get('average_exec_per_sec', 0)):,} a second, {figures.get('peak_rss_mb', '?').strip()} MB")
        for fault in folder.glob("fault-*"):
            print(f"  {fault.name}: {base64.b64encode(fault.read_bytes()).decode()}")
        if done.returncode != 0:
            print(done.stderr[-3000:])
            return False
        if keeps:
            (folder / "least").mkdir()
            subprocess.run([*line, "-merge=1", "least", "kept", "new"], cwd=folder, env=environment, stderr=subprocess.DEVNULL, check=True)
            inputs = sorted((file.read_bytes() for file in (folder / "least").iterdir()), key=lambda one: (len(one), one))
            kept(trial).write_text("".join(base64.b64encode(one).decode() + "\n" for one in inputs))
            print(f"  {len(inputs)} kept")
        return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", type=pathlib.Path, required=True, help="where `swift build --show-bin-path` says")
    parser.add_argument("--runs", type=int, help="inputs of each")
    parser.add_argument("--seconds", type=int, help="time of each")
    parser.add_argument("--only", choices=TRIALS)
    parser.add_argument("--keep", action="store_true", help="keeps inputs that reach what no other does")
    options = parser.parse_args()
    try:
        program = built(options.build)
    except subprocess.CalledProcessError:
        runtime = subprocess.run(["swiftc", "-print-target-info"], capture_output=True, text=True).stdout
        if not list(pathlib.Path(next((line.split('"')[3] for line in runtime.splitlines() if '"runtimeResourcePath"' in line), "/nowhere"))
                    .glob("clang/lib/linux/libclang_rt.fuzzer-*.a")):
            print("NOTHING WAS FUZZED: this Swift toolchain has no libFuzzer")
            return 0
        raise
    bounds = [f"-runs={options.runs}"] if options.runs else [f"-max_total_time={options.seconds or 10}"]
    return 0 if all([fuzz(program, trial, bounds, options.keep) for trial in ([options.only] if options.only else TRIALS)]) else 1


sys.exit(main())
