#!/usr/bin/env python3
"""Hands weir what nobody should: broken scenarios, exports, price files, baselines, journals, reports and command lines.

    python3 scripts/hostile.py --weir .build/release/weir [--inputs 3000] [--seed 1] [--only N] [--keep DIR]

No input may end it by a signal, keep it busy for more than 30 s, take more than 1 GiB, or give an exit code that is not in the
README's table. Ends with 1 when one does, and prints the input's number: --only N repeats it, --keep DIR leaves its files there.

Needs Python alone. The same seed gives the same inputs, whatever the number of workers.
"""
import argparse, concurrent.futures, json, os, pathlib, random, shutil, signal, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODES = {0, 1, 10, 11, 12, 64, 65, 66, 75, 130}
SECONDS, BYTES = 30, 1 << 30

SMALL = """schema: weir/v1
name: small
clock: {duration: 4s, warmup: 1s, report_bin: 1s}
streams: {clicks: {mode: provisioned, shards: 2}}
producers:
  web: {to: clicks, rate: 50, record: {size: 600B, key_bytes: 24}, keys: {dist: zipf, cardinality: 100, s: 0.9}}
consumers: {fast: {from: clicks, type: kcl_efo}}
slo: [{id: loss, expr: "records_lost(producer=web).sum == 0 records"}]
"""
# Bytes and words that parsers trip over.
WORDS = [b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\x1b[31m", b"&a ", b"*a", b"<<: ", b"!!binary ", b"? ", b"- - - -", b"{", b"}", b"[",
         b"]", b":", b"#", b"|", b">", b"'", b'"', b"${", b"${x}", b"1e999", b"-1", b"0x7fffffffffffffff", b"99999999999999999999",
         b"NaN", b".inf", b"null", b"~", b"T+", b"..", b"/dev/zero", b"/", b"2026-13-45T99:99:99Z", "\u202e".encode(), b"%s%n", b",", b";",
         b"\t", b"\n\n", b"9" * 40, b"[" * 200, b"{a: " * 60, b"1ms", b"366d", b"10MiB", b"arn:aws:kinesis"]
FLAGS = ["--set", "--seed", "--replications", "--workers", "--format", "--out", "--metrics", "--level", "--precision", "--at", "--slo",
         "--window", "--rate", "--size", "--region", "--prices", "--month", "--headroom", "--shards", "--burst", "--burst-for", "--keys",
         "--name", "--missing", "--tolerance", "--filter", "--junit", "--budget", "--samples", "-P", "--with", "--variant", "--help",
         "--resolution", "--fan-out", "--retention", "--consumers", "--peak-to-mean", "--check", "--update", "-t", "-o", "--"]
VALUES = ["", "-1", "0", "1e9", "1e400", "nan", "inf", "99999999999999999999", "x", "a=b", "clock.duration=1h", "streams=null", "=", "a..b=1",
          "../../etc/passwd", "/", "/dev/null", "/dev/full", "json", "md", "text", "\u202ex", "\x1b[2J", "1..9:0", "T+99d", "12:61", "'", "5%",
          "streams.clicks.shards=1..100000", "producers.web.rate=1,2,3", "nobody", "*", "**", "-", "--", "1.2KiB", "10MiB", "24h", "366d"]
VERBS = ["init", "validate", "run", "estimate", "cost", "plan", "compare", "sweep", "test", "explain", "trace", "export", "schema", "limits",
         "metrics", "prices", "help", "coverage", "rnu", ""]


def broken(data, chance):
    """A few edits of bytes: where, how many and which, by chance."""
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 8, 40])):
        at, kind = chance.randrange(len(data) + 1), chance.randrange(6)
        end = min(len(data), at + chance.choice([1, 1, 4, 20, 200]))
        if kind == 0:
            del data[at:end]
        elif kind == 1:
            data[at:at] = chance.choice(WORDS)
        elif kind == 2:
            data[at:end] = chance.choice(WORDS)
        elif kind == 3 and at < len(data):
            data[at] = chance.randrange(256)
        elif kind == 4:
            data[at:at] = data[at:end] * chance.choice([1, 2, 30])
        else:
            lines = bytes(data).split(b"\n")
            first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
            lines[first], lines[second] = lines[second], lines[first]
            data = bytearray(b"\n".join(lines))
    return bytes(data)


class Corpus:
    """What is broken: files of the repository, and what weir itself writes of a small run."""

    def __init__(self, weir):
        read = lambda pattern: [p.read_bytes() for p in sorted((ROOT / "scenarios").glob(pattern)) if p.is_file()]
        self.scenarios = read("*.yaml") + [SMALL.encode()]
        self.exports = read("observed/*") or [b"t_s,count\n0,1\n60,2\n"]
        with tempfile.TemporaryDirectory() as folder:
            call = lambda *words: subprocess.run([weir, *words], cwd=folder, capture_output=True, check=False).stdout
            (pathlib.Path(folder) / "s").mkdir()
            (pathlib.Path(folder) / "s" / "small.yaml").write_text(SMALL)
            self.prices, self.limits = call("prices", "--format", "json"), call("limits", "--format", "json")
            call("test", "s", "--update")
            call("run", "s/small.yaml", "--out", "run")
            call("sweep", "s/small.yaml", "-P", "streams.clicks.shards=1,2", "--out", "sweep")
            load = lambda name: (pathlib.Path(folder) / name).read_bytes()
            self.baseline, self.journal = load("s/baselines/small.json"), load("sweep/sweep.journal")
            self.run = {p.name: p.read_bytes() for p in sorted((pathlib.Path(folder) / "run").iterdir()) if p.is_file()}


def case(number, seed, corpus, folder):
    """Writes the files of an input; returns the words of its command line."""
    chance = random.Random(seed * 1_000_003 + number)
    write = lambda name, data: ((folder / name).parent.mkdir(parents=True, exist_ok=True), (folder / name).write_bytes(data))
    kind = chance.randrange(10)
    if kind <= 2:
        write("s.yaml", broken(chance.choice(corpus.scenarios), chance))
        return chance.choice([["validate", "s.yaml"], ["validate", "s.yaml", "--format", "json"], ["cost", "s.yaml"]])
    if kind <= 4:
        files = [f"t{n}{chance.choice(['.json', '.csv', '.txt', ''])}" for n in range(chance.choice([1, 1, 2]))]
        for file in files:
            write(file, broken(chance.choice(corpus.exports), chance))
        keys = ["--keys", files.pop()] if chance.random() < 0.3 else []
        return ["trace", *files, *keys, *chance.choice([[], ["--shards", "2"], ["--out", "o"], ["--burst", "5", "--out", "o"]])]
    write("s.yaml", SMALL.encode())
    if kind == 5:
        name, data = chance.choice([("prices", corpus.prices), ("limits", corpus.limits)])
        write("book.json", broken(data, chance))
        return ["cost", "s.yaml", "--set", f"{name}=book.json"]
    if kind == 6:
        write("d/small.yaml", SMALL.encode())
        write("d/baselines/small.json", broken(corpus.baseline, chance))
        return ["test", "d"] + chance.choice([[], ["--format", "json"], ["--update"]])
    if kind == 7:
        for name, data in corpus.run.items():
            write(f"r/{name}", data)
        name = chance.choice(["run.json", "manifest.json", *sorted(corpus.run)])
        write(f"r/{name}", broken(corpus.run[name], chance))
        return chance.choice([["explain", "r"], ["export", "r", "--out", "n"]])
    if kind == 8:
        write("o/sweep.journal", broken(corpus.journal, chance))
        return ["sweep", "s.yaml", "-P", "streams.clicks.shards=1,2", "--out", "o"]
    write("t.csv", b"t_s,count\n0,10\n60,20\n")
    verb = chance.choice(VERBS)
    words = [verb, *([chance.choice(["s.yaml", "t.csv", "nobody.yaml", "."])] if chance.random() < 0.8 else [])]
    for _ in range(chance.randrange(4)):
        words += [chance.choice(FLAGS), chance.choice(VALUES)]
    # What is long by its own right, such as many replications of anything, is no hang: these are kept short.
    short = ["--set", "clock.duration=2s"] if verb in ("run", "plan", "compare", "sweep", "explain", "export") else []
    return words + short


def judge(number, options, corpus):
    """What an input came to: the reasons why it must not be like that."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-hostile-"))
    try:
        words = [w.replace("\0", "") for w in case(number, options.seed, corpus, folder)]
        with open(folder / ".out", "wb") as out, open(folder / ".err", "wb") as err:
            process = subprocess.Popen([options.weir, *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        deadline, status, usage = time.monotonic() + SECONDS, None, None
        while status is None:
            done, code, used = os.wait4(process.pid, os.WNOHANG)
            if done:
                status, usage = code, used
            elif time.monotonic() > deadline:
                process.send_signal(signal.SIGKILL)
                _, _, usage = os.wait4(process.pid, 0)
                return words, [f"still busy after {SECONDS} s"]
            else:
                time.sleep(0.004)
        process.returncode = 0
        faults = []
        if os.WIFSIGNALED(status):
            faults.append(f"ended by signal {os.WTERMSIG(status)}")
        elif os.WEXITSTATUS(status) not in CODES:
            faults.append(f"exit code {os.WEXITSTATUS(status)}")
        if usage.ru_maxrss * 1024 > BYTES:
            faults.append(f"{usage.ru_maxrss >> 10} MiB")
        shown = (folder / ".out").read_bytes() + (folder / ".err").read_bytes()
        if b"\x1b" in shown:
            faults.append("an escape byte reached the terminal")
        return words, faults
    finally:
        if options.keep:
            shutil.copytree(folder, pathlib.Path(options.keep) / str(number), dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--weir", required=True)
    options.add_argument("--inputs", type=int, default=3000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=os.cpu_count())
    options.add_argument("--only", type=int)
    options.add_argument("--keep")
    options = options.parse_args()
    options.weir = str(pathlib.Path(options.weir).resolve())
    corpus = Corpus(options.weir)
    numbers = range(options.inputs) if options.only is None else [options.only]
    bad, started = 0, time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
        for number, (words, faults) in zip(numbers, pool.map(lambda n: judge(n, options, corpus), numbers)):
            if faults or options.only is not None:
                bad += bool(faults)
                print(f"input {number}: weir {json.dumps(words)}: {'; '.join(faults) or 'fine'}", file=sys.stderr)
    print(f"{len(numbers)} hostile inputs (seed {options.seed}) in {time.monotonic() - started:.0f} s: {bad} must not be like that")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
