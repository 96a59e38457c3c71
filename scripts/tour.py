#!/usr/bin/env python3
"""The README's tour on what AWS's own CLI prints: metrics are put to a CloudWatch on loopback (moto), got with the commands of
docs/trace.md as they stand there, and go through `weir trace` and `weir plan`.

    python3 scripts/tour.py --weir .build/release/weir [--aws aws]

Needs moto[server] and an AWS CLI: version 1 of PyPI (scripts/requirements.txt), or version 2 of Debian, by --aws. Uses no account.
"""
import argparse, datetime, json, os, pathlib, re, socket, subprocess, sys, tempfile, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
START = datetime.datetime(2026, 3, 6, 19, 0, tzinfo=datetime.timezone.utc)


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
        server.terminate()
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
    aws = subprocess.run(["which", options.aws], capture_output=True, text=True, check=True).stdout.strip()
    (bin_ / "aws").symlink_to(aws)
    env = {**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}", "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "x",
           "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "", "AWS_CONFIG_FILE": "/dev/null",
           "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}

    def shell(line, codes=(0,)):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", line], cwd=folder, env=env, capture_output=True, text=True)
        if done.returncode not in codes:
            raise SystemExit(f"$ {line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}ended with {done.returncode}")
        return done.stdout

    print(shell("aws --version 2>&1").strip())
    # The committed export, put as metrics and got again.
    export = json.loads((ROOT / "scenarios/observed/cloudwatch.json").read_text())
    for result in export["MetricDataResults"]:
        pairs = sorted(zip(result["Timestamps"], result["Values"]))
        data = [{"MetricName": result["Label"], "Dimensions": [{"Name": "StreamName", "Value": "orders"}], "Timestamp": at,
                 "Value": value} for at, value in pairs]
        for part in range(0, len(data), 1000):
            (folder / "data.json").write_text(json.dumps(data[part:part + 1000]))
            shell("aws cloudwatch put-metric-data --namespace AWS/Kinesis --metric-data file://data.json")
    page = (ROOT / "docs/trace.md").read_text()
    command = next(block for block in re.findall(r"```sh\n(.*?)```", page, re.S) if "get-metric-data" in block)
    shell(command)
    got = json.loads((folder / "cloudwatch.json").read_text())
    count = sum(len(r["Values"]) for r in got["MetricDataResults"])
    print(f"{count} values; a time looks like {got['MetricDataResults'][0]['Timestamps'][:1]}")
    shell(f"cp {ROOT}/scenarios/observed/keys.txt .")
    text = shell("weir trace cloudwatch.json --keys keys.txt --shards 2")
    print(next(line for line in text.splitlines() if "--burst" in line).strip())
    shell("weir trace cloudwatch.json --keys keys.txt --shards 2 --burst 5 --name orders --out orders")
    shell("weir run orders/scenario.yaml --out orders/report", codes=(0, 10))
    plan = shell("weir plan orders/scenario.yaml --workers 2")
    print(plan.splitlines()[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
