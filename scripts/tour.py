#!/usr/bin/env python3
"""The README's tour on what AWS's own CLI prints. Metrics are put to a CloudWatch on loopback (moto) and got with the commands of
docs/trace.md as they stand there; the tour's commands then run as they stand in README.md, on that export.

    python3 scripts/tour.py --weir .build/release/weir [--aws aws]

Needs moto's server and an AWS CLI: version 1 of PyPI, as Tests/weirTests/Clients/requirements.txt has them, or version 2 of Debian,
by --aws. Uses no account.
"""
import argparse, json, os, pathlib, re, shutil, socket, subprocess, sys, tempfile, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--weir", required=True)
    options.add_argument("--aws", default="aws")
    options = options.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return tour(options, port, pathlib.Path(folder))
    finally:
        # Not terminate: who started us may ignore that signal, and so would it.
        server.kill()
        server.wait()


def tour(options, port, folder):
    url = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(url + "/moto-api/", timeout=1)
            break
        except OSError:
            time.sleep(0.1)
    bin_ = folder / "bin"
    bin_.mkdir()
    (bin_ / "weir").symlink_to(pathlib.Path(options.weir).resolve())
    aws = pathlib.Path(shutil.which(options.aws)).resolve()
    # The commands stay as they are typed; Debian's version 2 knows no AWS_ENDPOINT_URL yet.
    (bin_ / "aws").write_text(f'#!/bin/sh\nexec {aws} --endpoint-url {url} "$@"\n')
    (bin_ / "aws").chmod(0o755)
    env = {**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}", "AWS_ACCESS_KEY_ID": "x",
           "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "", "AWS_CONFIG_FILE": "/dev/null",
           "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}

    def shell(line, codes=(0,)):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", line], cwd=folder, env=env, capture_output=True, text=True)
        if done.returncode not in codes:
            raise SystemExit(f"$ {line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}ended with {done.returncode}")
        return done.stdout

    print(shell("aws --version 2>&1").strip())
    (folder / "scenarios/observed").mkdir(parents=True)
    shutil.copy(ROOT / "scenarios/observed/keys.txt", folder / "scenarios/observed")
    put(shell, folder)
    get(shell, folder)
    shards(shell)
    for step in steps():
        shown = "".join(shell(line, codes=(10,) if line.startswith("weir run") else (0,)) for line in step["commands"])
        missing = [line for line in step["shown"] if line not in shown]
        if missing:
            raise SystemExit(f"{step['commands']} did not show {missing}, but\n{shown}")
        print("ok:", "; ".join(step["commands"]))
    print("done")
    return 0


def put(shell, folder):
    """The committed export, as metrics: what somebody has in CloudWatch."""
    export = json.loads((ROOT / "scenarios/observed/cloudwatch.json").read_text())
    for result in export["MetricDataResults"]:
        pairs = sorted(zip(result["Timestamps"], result["Values"]))
        data = [{"MetricName": result["Label"], "Dimensions": [{"Name": "StreamName", "Value": "orders"}], "Timestamp": at,
                 "Value": value} for at, value in pairs]
        for part in range(0, len(data), 1000):
            (folder / "data.json").write_text(json.dumps(data[part:part + 1000]))
            shell("aws cloudwatch put-metric-data --namespace AWS/Kinesis --metric-data file://data.json")


def get(shell, folder):
    """Both ways of docs/trace.md to get them; what they print must come to the same."""
    data, statistics = [b for b in re.findall(r"```sh\n(.*?)```", (ROOT / "docs/trace.md").read_text(), re.S) if "aws cloudwatch" in b][:2]
    shell(data + "\nmv cloudwatch.json scenarios/observed/")
    got = json.loads((folder / "scenarios/observed/cloudwatch.json").read_text())["MetricDataResults"]
    print(f"{sum(len(r['Values']) for r in got)} values; a time looks like {got[0]['Timestamps'][0]!r}")
    shell(statistics)
    one = shell("weir trace scenarios/observed/cloudwatch.json")
    two = shell("weir trace IncomingRecords.json IncomingBytes.json WriteProvisionedThroughputExceeded.json")
    if re.sub("# Written by .*", "", one) != re.sub("# Written by .*", "", two):
        raise SystemExit(f"get-metric-data:\n{one}\nget-metric-statistics:\n{two}")


def shards(shell):
    """A stream that was split by hand, its list of shards, and a sample of its keys as docs/trace.md gets one."""
    shell("aws kinesis create-stream --stream-name orders --shard-count 2")
    shell("aws kinesis wait stream-exists --stream-name orders")
    shell("aws kinesis split-shard --stream-name orders --shard-to-split shardId-000000000001 "
          "--new-starting-hash-key 300000000000000000000000000000000000000")
    records = json.dumps([{"Data": "aGVsbG8=", "PartitionKey": f"tenant-{n % 7}"} for n in range(50)])
    shell(f"aws kinesis put-records --stream-name orders --records '{records}'")
    page = (ROOT / "docs/trace.md").read_text()
    shell(next(b for b in re.findall(r"```sh\n(.*?)```", page, re.S) if "get-shard-iterator" in b))
    shell("aws kinesis list-shards --output json --stream-name orders > list-shards.json")
    shell("weir trace scenarios/observed/cloudwatch.json --keys records-0.json --shards-from list-shards.json --name split --out split")
    run = json.loads(shell("weir run split/scenario.yaml --format json --set clock.duration=2m", codes=(0, 10)))
    if run["streams"]["split"]["shards_start"] != 3:
        raise SystemExit("the stream does not start with the shards that were listed")


def steps():
    """The commands of the README's tour, each block with what the page shows of its output."""
    section = next(s for s in (ROOT / "README.md").read_text().split("\n## ") if s.startswith("Ten minutes"))
    found = []
    for block in section.split("```")[1::2]:
        lines = block.replace(" \\\n", " ").split("\n")
        if lines[0] == "sh":
            found.append({"commands": [line for line in lines[1:] if line], "shown": []})
        elif lines[0] == "text" and found:
            found[-1]["shown"] += [line for line in lines[1:] if line]
    return found


if __name__ == "__main__":
    sys.exit(main())
