#!/usr/bin/env python3
"""How fast `weir serve` answers, beside moto and MiniStack on the same machine in one run: wrk asks each in turn.

    python3 Benchmarks/serve.py --serve .build/release/weir-serve [--seconds 8] [--rounds 3]

weir keeps what it acknowledges (--data, on the disk of the working directory) and has its limits off, as the others know none. Needs wrk, and
PyPI for the others, which are installed into .build/serve-bench. Prints medians of the rounds, ratios to the best other, memory and start.
"""
import argparse, base64, json, os, pathlib, re, shutil, socket, statistics, subprocess, sys, tempfile, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
OTHERS = ["moto[server]==5.2.5", "ministack==1.5.0"]
TYPE = "application/x-amz-json-1.1"
AUTH = "AWS4-HMAC-SHA256 Credential=test/20261128/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=" + "0" * 64
SHARDS = 4


def text(size: int) -> str:
    return base64.b64encode(os.urandom(size)).decode()


def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Server:
    def __init__(self, name: str, command: list[str], at: int, place: pathlib.Path, environment: dict[str, str] | None = None) -> None:
        self.name, self.url = name, f"http://127.0.0.1:{at}"
        begin = time.monotonic()
        self.process = subprocess.Popen(command, cwd=place, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        while True:
            try:
                self.call("ListStreams", {})
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() - begin > 60:
                    raise SystemExit(f"{name} does not start: {' '.join(command)}") from None
                time.sleep(0.005)
        self.start = time.monotonic() - begin

    def call(self, operation: str, body: dict) -> dict:
        request = urllib.request.Request(self.url + "/", json.dumps(body).encode(), {
            "Content-Type": TYPE, "X-Amz-Target": f"Kinesis_20131202.{operation}", "Authorization": AUTH})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"{}")

    def stream(self, name: str, **more: object) -> None:
        self.call("CreateStream", {"StreamName": name, **more})
        while self.call("DescribeStreamSummary", {"StreamName": name})["StreamDescriptionSummary"]["StreamStatus"] != "ACTIVE":
            time.sleep(0.05)

    def memory(self) -> float:
        found = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())
        return int(found[1]) / 1024 if found else float("nan")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


def ask(server: Server, operation: str, bodies: list[str], seconds: int, place: pathlib.Path, then: str = "") -> float:
    """Requests a second that were answered with 200. `then` is Lua that has the last word on requests and answers."""
    lines = ",\n".join(f"[=[{body}]=]" for body in bodies)
    script = place / "ask.lua"
    script.write_text(f"""
local bodies, at = {{ {lines} }}, 0
local function headers(operation)
  return {{["Content-Type"] = "{TYPE}", ["X-Amz-Target"] = "Kinesis_20131202." .. operation, ["Authorization"] = "{AUTH}"}}
end
request = function()
  at = at % #bodies + 1
  return wrk.format("POST", "/", headers("{operation}"), bodies[at])
end
{then}
""")
    done = subprocess.run(["wrk", "-t1", "-c16", f"-d{seconds}s", "--timeout", "20s", "-s", str(script), server.url], capture_output=True,
                          text=True, check=True).stdout
    if found := re.search(r"Non-2xx or 3xx responses: (\d+)", done):
        raise SystemExit(f"{server.name}, {operation}: {found[1]} answers were errors\n{done}")
    if found := re.search(r"acknowledged (\d+)", done):
        return int(found[1]) / seconds
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done)[1])


# Receives up to ten records, acknowledges what came, and so on.
QUEUE = """
local threads, waiting = {}, {}
acknowledged = 0
function setup(thread) threads[#threads + 1] = thread end
request = function()
  local handles = table.remove(waiting)
  if not handles then
    return wrk.format("POST", "/", headers("ReceiveQueueRecords"), '{"QueueARN":"%s","MaxRecords":10}')
  end
  acknowledged = acknowledged + #handles
  local body = '{"QueueARN":"%s","Entries":[' .. table.concat(handles, ",") .. ']}'
  return wrk.format("POST", "/", headers("AcknowledgeQueueRecords"), body)
end
response = function(_, _, body)
  local found = {}
  for handle in body:gmatch('"ReceiptHandle":"([^"]+)"') do found[#found + 1] = '{"ReceiptHandle":"' .. handle .. '"}' end
  if #found > 0 then waiting[#waiting + 1] = found end
end
function done()
  local count = 0
  for _, thread in ipairs(threads) do count = count + thread:get("acknowledged") end
  print("acknowledged " .. count)
end
"""


def queue(server: Server, seconds: int, place: pathlib.Path) -> float:
    """Records a second that are received and acknowledged, of more than can be."""
    server.stream("jobs", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    arn = server.call("DescribeStreamSummary", {"StreamName": "jobs"})["StreamDescriptionSummary"]["StreamARN"]
    queue = server.call("CreateQueue", {"QueueName": "jobs", "StreamConfigurationList": [
        {"StreamARN": arn, "StartingPosition": {"Type": "TRIM_HORIZON"}}]})["QueueDescription"]["QueueARN"]
    while server.call("DescribeQueue", {"QueueARN": queue})["QueueDescription"]["QueueStatus"] != "ACTIVE":
        time.sleep(0.05)
    records = [{"Data": text(100), "PartitionKey": f"j{number}"} for number in range(500)]
    for _ in range(60 * seconds):
        server.call("PutRecords", {"StreamName": "jobs", "Records": records})
    return ask(server, "ReceiveQueueRecords", ["{}"], seconds, place, QUEUE % (queue, queue))


def measure(server: Server, seconds: int, place: pathlib.Path) -> dict[str, float]:
    figures = {}
    batches = [json.dumps({"StreamName": "bench", "Records": [{"Data": text(100), "PartitionKey": f"k{one}-{number}"} for number in range(500)]})
               for one in range(4)]
    figures["PutRecords of 500 × 100 B, records"] = 500 * ask(server, "PutRecords", batches, seconds, place)
    singles = [json.dumps({"StreamName": "bench", "Data": text(1024), "PartitionKey": f"k{number}"}) for number in range(64)]
    figures["PutRecord of 1 KiB"] = ask(server, "PutRecord", singles, seconds, place)
    shard = server.call("ListShards", {"StreamName": "bench"})["Shards"][0]["ShardId"]
    iterator = server.call("GetShardIterator", {"StreamName": "bench", "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"})["ShardIterator"]
    figures["GetRecords of 100"] = ask(server, "GetRecords", [json.dumps({"ShardIterator": iterator, "Limit": 100})], seconds, place)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--serve", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not there: apt-get install wrk")
    environment = ROOT / ".build/serve-bench"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    subprocess.run([environment / "bin/pip", "install", "-q", "--disable-pip-version-check", *OTHERS], check=True)
    seen: dict[str, dict[str, list[float]]] = {}
    for _ in range(options.rounds):
        for name in ("weir", "moto", "ministack"):
            with tempfile.TemporaryDirectory(dir=ROOT / ".build") as folder:
                place, at = pathlib.Path(folder), port()
                command, variables = {
                    "weir": ([str(options.serve.resolve()), "--port", str(at), "--data", "data", "--no-limits", "--state-delay", "0s"], {}),
                    "moto": ([str(environment / "bin/moto_server"), "-H", "127.0.0.1", "-p", str(at)], {}),
                    "ministack": ([str(environment / "bin/ministack")], {"GATEWAY_PORT": str(at)}),
                }[name]
                server = Server(name, command, at, place, variables)
                try:
                    server.stream("bench", ShardCount=SHARDS)
                    figures = measure(server, options.seconds, place)
                    if name == "weir":
                        figures["queue: received and acknowledged"] = queue(server, options.seconds, place)
                    figures |= {"memory, MB": server.memory(), "start, ms": 1000 * server.start}
                finally:
                    server.end()
                for figure, value in figures.items():
                    seen.setdefault(figure, {}).setdefault(name, []).append(value)
    print(f"medians of {options.rounds}; a second where nothing else is said; {OTHERS}")
    for figure, values in seen.items():
        middle = {name: statistics.median(all_) for name, all_ in values.items()}
        # A queue has nobody beside it but the same server's PutRecord.
        beside = [value for name, value in middle.items() if name != "weir"] or [statistics.median(seen["PutRecord of 1 KiB"]["weir"])]
        print(f"{figure:36}" + "".join(f"{name} {value:10,.0f}  " for name, value in middle.items()) + f"{middle['weir'] / max(beside):6.1f} ×")


main()
