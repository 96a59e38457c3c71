#!/usr/bin/env python3
"""Runs weir on what people reported in public and prints both sides' numbers: `python3 docs/validation/reports/run.py --weir PATH`.

Ends with 1 when a row that agreed does not any more, or the other way round: docs/validation.md then says what is no longer so.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
Answer = tuple[str, bool]
"""What weir says, and whether that agrees with the report."""


@dataclass(frozen=True)
class Report:
    """What somebody published, the commands that repeat it, and how to read their answers."""

    name: str
    place: str
    said: str
    commands: tuple[str, ...]
    read: Callable[..., Answer]
    expected: bool = True
    """Whether it is known to agree; docs/validation.md says why where it does not."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True, help="the weir binary")
    parser.add_argument("--only", help="rows whose name holds this text")
    arguments = parser.parse_args()
    surprises = []
    print("| Report | Numbers given | weir | Agrees | Command |\n|---|---|---|---|---|")
    for report in REPORTS:
        if arguments.only and arguments.only not in report.name:
            continue
        answers = [_run(str(Path(arguments.weir).resolve()), command) for command in report.commands]
        said, agrees = report.read(*answers)
        commands = "<br>".join(f"`{command}`" for command in report.commands)
        link = f"[{report.name}]({report.place})"
        print(f"| {link} | {report.said} | {said} | {'yes' if agrees else 'no'} | {commands} |", flush=True)
        surprises += [report.name] if agrees != report.expected else []
    for name in surprises:
        print(f"otherwise than docs/validation.md says: {name}", file=sys.stderr)
    return 1 if surprises else 0


def _run(weir: str, command: str) -> Any:
    """run.json of a run, else what stands on stdout, as JSON where it is."""
    words = shlex.split(command)
    with tempfile.TemporaryDirectory() as folder:
        is_run = words[1] == "run"
        arguments = [weir, *words[1:], *(["--out", folder] if is_run else [])]
        done = subprocess.run(arguments, capture_output=True, text=True, cwd=FOLDER, check=False)
        if done.returncode not in (0, 10, 12):
            return {"failed": done.returncode, "stderr": done.stderr}
        if is_run:
            return json.loads((Path(folder) / "run.json").read_text())
        return json.loads(done.stdout) if "--format json" in command else done.stdout


def _money(value: float) -> str:
    return f"${value:,.2f}"


def _near(value: float, wanted: float, share: float) -> bool:
    return abs(value - wanted) <= share * wanted


def _kinesis(cost: dict[str, Any]) -> float:
    """The lines of Kinesis itself, without lease tables, functions and buckets."""
    return sum(float(line["usd"]) for line in cost["as_written"]["lines"] if line["item"].startswith("kinesis."))


def _firehose(cost: dict[str, Any]) -> float:
    return sum(float(line["usd"]) for line in cost["as_written"]["lines"] if line["item"].startswith("firehose."))


def _kcl(*runs: dict[str, Any]) -> Answer:
    texts, good = [], True
    for load, run in zip((71, 81), runs):
        readers = run["consumers"].values()
        refused = sum(r["throttled_calls"] for r in readers) / sum(r["calls"] for r in readers)
        age = max(r["iterator_age_ms"]["max"] for r in readers) / 1000
        texts.append(f"at {load} % of the read limit {100 * refused:.1f} % of calls refused, nobody more than {age:.0f} s behind")
        good = good and refused > 0 and age < 60
    return "; ".join(texts), good


def _snowbridge(run: dict[str, Any]) -> Answer:
    reader, put = run["consumers"]["snowbridge"], run["records"]["accepted"]
    share = (reader["records"]) / put
    days = reader["iterator_age_ms"]["max"] / 86_400_000
    text = f"reads {share * 2000:.0f} of 2,000 KB/s, up to {24 * days:.0f} h behind, {reader['expired_records']:,} records expire unread"
    return text, _near(share, 0.4, 0.02) and reader["expired_records"] > 0


def _backlog(grown: dict[str, Any], kept: dict[str, Any]) -> Answer:
    after = [run["consumers"]["reader"]["iterator_age_ms"]["last"] / 60_000 for run in (grown, kept)]
    text = f"nine minutes on, {after[0]:.1f} min behind with 4 shards, {after[1]:.1f} min with 2"
    return text, after[0] > 3


def _kpl(run: dict[str, Any]) -> Answer:
    client, seconds = run["producers"]["two"]["client"], run["simulated_s"]
    users, records = client["user_records"] / seconds, client["kinesis_records"] / seconds
    size = run["streams"]["s"]["incoming_bytes"] / seconds / 1e6
    return f"{users:,.0f} user records in {records:,.0f} Kinesis records, {size:.1f} MB a second", users > 24_500 and size > 24.5


def _shards(plan: str) -> int:
    found = re.search(r"^PLAN .*shards (\d+)", plan, re.MULTILINE)
    return int(found[1]) if found else 0


def _vector(plain: str, packed: str) -> Answer:
    text = f"{_shards(plain)} without aggregation, {_shards(packed)} with it: neither count runs full"
    return text, _shards(plain) in (10, 11, 12) and _shards(packed) in (1, 2)


def _enrich(run: dict[str, Any]) -> Answer:
    stream = run["streams"]["enriched"]
    busiest, seconds = stream["minute_view"]["stream_utilization"], stream["second_view"]["seconds_with_throttles"]
    refused = stream["first_attempt_throttle_rate"]
    return f"{100 * refused:.1f} % refused, in {seconds} seconds; busiest minute {100 * busiest:.0f} %", refused > 0.01 and busiest < 0.8


def _targets(run: dict[str, Any]) -> list[int]:
    return [call["target"] for call in run["streams"]["t"]["autoscaler"]["calls"]]


def _scaled(wanted: int) -> Callable[[dict[str, Any]], Answer]:
    def read(run: dict[str, Any]) -> Answer:
        first = _targets(run)[:1]
        return f"asks for {first[0] if first else 'nothing'}", first == [wanted]

    return read


def _ends_with(wanted: int) -> Callable[[dict[str, Any]], Answer]:
    def read(run: dict[str, Any]) -> Answer:
        stream = run["streams"]["t"]
        first = _targets(run)[0]
        return f"asks for {first}, {stream['shards_peak']} open at the peak", first == wanted and stream["shards_peak"] >= wanted

    return read


def _quota(run: dict[str, Any]) -> Answer:
    scaler, records = run["streams"]["t"]["autoscaler"], run["records"]
    lost = records["lost"] / records["offered"]
    ends = run["streams"]["t"]["shards_end"]
    steps = scaler.get("single_steps", 0)
    text = f"{scaler['accepted']} calls taken, {scaler['refused']} refused; {steps} single splits and merges; {ends} shards at the end, {100 * lost:.1f} % lost"
    return text, steps > 0


def _trigger(run: dict[str, Any]) -> Answer:
    reader = run["consumers"]["spark"]
    rate = reader["records"] / run["simulated_s"] * 60
    return f"{rate:,.0f} records a minute read of 500,000, {reader['backlog_records']:,} unread after 20 minutes", rate < 260_000


def _london(cost: dict[str, Any]) -> Answer:
    total, unpriced = cost["as_written"]["total_usd"], cost["as_written"]["unpriced"]
    if unpriced:
        return "no price of that region has a source that can be cited; the bill says so", False
    return f"{_money(total)}, {_money(total / 8)} a shard", _near(total / 8, 13, 0.1)


def _flink(run: dict[str, Any]) -> Answer:
    job = run["consumers"]["job"]
    outage, age = job["flink"]["outage_s"] / 60, job["iterator_age_ms"]["max"] / 60_000
    return f"an input (default 1 min, assumed): {outage:.0f} min a rescale, and the job is up to {age:.0f} min behind", 11 <= outage <= 20


def _spikes(once: dict[str, Any], again: dict[str, Any]) -> Answer:
    lost = [run["records"]["lost"] for run in (once, again)]
    seconds = once["firehoses"]["logs"]["ingest"]["seconds_with_throttles"]
    text = f"{lost[0]:,} records lost in {seconds} seconds at a mean of 14 % of the limit; with retries {lost[1]:,}"
    return text, lost[0] > 0 and lost[1] == 0


def _lumigo(*runs: dict[str, Any]) -> Answer:
    texts, good = [], True
    for run in runs:
        readers, seconds = list(run["consumers"].values()), run["simulated_s"]
        n = len(readers)
        refused = sum(r["throttled_calls"] for r in readers) / seconds
        attempts = sum(r["calls"] for r in readers) / seconds
        age = max(r["iterator_age_ms"]["max"] for r in readers) / 1000
        texts.append(f"{n}: {refused:.1f} of {attempts:.1f} calls a second refused, at most {age:.0f} s behind")
        good = good and _near(refused, attempts - 5, 0.02) and age < (60 if n <= 20 else 240)
    return "; ".join(texts), good


def _advantage(standard: float, advantage: float) -> Callable[..., Answer]:
    """The bills were of a little more traffic than the nominal one: the same excess has to explain both."""

    def read(s: dict[str, Any], a: dict[str, Any]) -> Answer:
        ours = (_kinesis(s), _kinesis(a))
        excess = (standard / ours[0], advantage / ours[1])
        text = f"{_money(ours[0])} and {_money(ours[1])} at the nominal traffic; the bills are {100 * excess[0] - 100:.1f} and {100 * excess[1] - 100:.1f} % above"
        return text, abs(excess[0] - excess[1]) < 0.005 and 1 <= excess[0] < 1.05

    return read


def _iceberg(direct: dict[str, Any], stream: dict[str, Any]) -> Answer:
    ours = [_firehose(cost) * 1.073741824 for cost in (direct, stream)]
    bill = [_firehose(cost) for cost in (direct, stream)]
    text = f"{_money(bill[0])} and {_money(bill[1])} of GB of 2³⁰ bytes; {_money(ours[0])} and {_money(ours[1])} of decimal ones"
    return text, abs(ours[0] - 19.44) < 0.02 and abs(ours[1] - 11.67) < 0.02


def _parquet(cost: dict[str, Any]) -> Answer:
    month = _firehose(cost)
    return f"{_money(month)} a month of 730 h", abs(month - 58.90) < 0.02


def _captures(three: dict[str, Any], ten: dict[str, Any]) -> Answer:
    advantage, standard = three["cost_usd_month"]["on_demand_advantage"], ten["cost_usd_month"]["on_demand_standard"]
    return f"{_money(advantage)}; {_money(standard)}", abs(advantage - 3079.73) < 0.05 and abs(standard - 274.81) < 0.01


def _buffer(ten: dict[str, Any]) -> Answer:
    provisioned, shards = ten["cost_usd_month"]["provisioned"], ten["shards"]
    return f"{_money(provisioned)} with {shards} shard, which is 59 % full with its buffer", _near(provisioned, 273.85, 0.001)


SCALING = "https://github.com/awslabs/amazon-kinesis-scaling-utils/"
REPORTS = (
    Report(
        "amazon-kinesis-client #1521 (2025-07)", "https://github.com/awslabs/amazon-kinesis-client/issues/1521",
        "4 shards, 4 KCL applications polling every 3 s: refused now and then",
        ("weir run kcl-four-applications.yaml", "weir run kcl-four-applications.yaml --set vars.rate=1600"), _kcl,
    ),
    Report(
        "snowplow/snowbridge #283 (2023-05)", "https://github.com/snowplow/snowbridge/issues/283",
        "2 shards get 2 MB/s, the reader does 800 KB/s and never catches up",
        ("weir run snowbridge-slow-reader.yaml",), _snowbridge,
    ),
    Report(
        "amazon-kinesis-scaling-utils #63 (2018-04)", SCALING + "issues/63",
        "more shards do not clear a backlog that is there already",
        ("weir run reshard-behind-a-backlog.yaml", "weir run reshard-behind-a-backlog.yaml --set events.1.value=2"), _backlog,
    ),
    Report(
        "amazon-kinesis-producer #43 (2016-02)", "https://github.com/awslabs/amazon-kinesis-producer/issues/43",
        "25 shards: 25,000 user records and 25 MB a second in 200 to 300 puts a second",
        ("weir run kpl-25-shards.yaml",), _kpl,
    ),
    Report(
        "vectordotdev/vector #24395 (2025-12)", "https://github.com/vectordotdev/vector/issues/24395",
        "10,000 records of 100 B a second: 10 shards, with aggregation 1",
        ("weir plan vector-sensors.yaml", "weir plan vector-sensors-aggregated.yaml"), _vector,
    ),
    Report(
        "snowplow/enrich #697 (2022-09)", "https://github.com/snowplow/enrich/issues/697",
        "large events into one shard: throttled until the program gives up, though no minute reaches the limit",
        ("weir run enrich-large-events.yaml",), _enrich,
    ),
    Report(
        "amazon-kinesis-scaling-utils #34 (2016-05)", SCALING + "issues/34",
        "14 shards at 95 % of their records, up by 25 %; by #4's formula ⌈14 × 1.25⌉ = 18",
        ("weir run scaling-14-by-25-percent.yaml",), _scaled(18),
    ),
    Report(
        "amazon-kinesis-scaling-utils #4 (2015-02)", SCALING + "issues/4", "2 shards, up by 15 %: 3",
        ("weir run scaling-2-by-15-percent.yaml",), _scaled(3),
    ),
    Report(
        "amazon-kinesis-scaling-utils #18 (2015-05)", SCALING + "issues/18", "1 shard above 85 %, up by 2: from 1 shard to 3",
        ("weir run scaling-1-by-2.yaml",), _ends_with(3),
    ),
    Report(
        "amazon-kinesis-scaling-utils PR #54 (2017-04)", SCALING + "pull/54",
        "splits and merges shard by shard when UpdateShardCount's quota is spent",
        ("weir run scaling-quota-spent.yaml",), _quota,
    ),
    Report(
        "amazon-kinesis-scaling-utils #107 (2021-08)", SCALING + "issues/107", "1,399 shards less 10 % are 1,259",
        ("weir run scaling-1399-down-10-percent.yaml",), _scaled(1259),
    ),
    Report(
        "qubole/kinesis-sql #25 (2018-10)", "https://github.com/qubole/kinesis-sql/issues/25",
        "50 shards get 500,000 records a minute, 150,000 are read",
        ("weir run kinesis-sql-trigger.yaml",), _trigger,
    ),
    Report(
        "reapit/foundations #6690 (2022-05)", "https://github.com/reapit/foundations/issues/6690",
        "London: 8 shards of about $13 a month, $104", ("weir cost reapit-london.yaml --format json",), _london, expected=False,
    ),
    Report(
        "Zalando on Managed Flink (2026-03, at second hand)", "https://sysdesign-wiki.pages.dev/systems/aws-managed-flink/",
        "11 to 20 minutes a rescale with large state", ("weir run flink-rescale.yaml",), _flink,
    ),
    Report(
        "amazon-kinesis-firehose-for-fluent-bit #119 (2021-04)",
        "https://github.com/aws/amazon-kinesis-firehose-for-fluent-bit/issues/119",
        "rare spikes above 1 MB/s in Canada: refused and lost, nothing tries again",
        ("weir run fluent-bit-spikes.yaml", "weir run fluent-bit-spikes.yaml --set vars.policy=exponential_full_jitter"), _spikes,
    ),
    Report(
        "lumigo.io, hot streams (2019-05)", "https://lumigo.io/blog/lambda-and-kinesis-beware-of-hot-streams/",
        "up to 30 mappings: refusals grow with each, iterator age stays low (over 10 s at worst)",
        ("weir run lumigo-10-mappings.yaml", "weir run lumigo-20-mappings.yaml", "weir run lumigo-30-mappings.yaml"), _lumigo,
    ),
    Report(
        "AWS Big Data Blog, savings of Advantage (2026-03-09)", "https://aws.amazon.com/blogs/big-data/kinesis-on-demand-advantage-saves-60-on-streaming-costs/",
        "25 MiB/s, ten fan-out functions, 24 h: $1,266 Standard, $419 Advantage",
        ("weir cost advantage-ten-functions.yaml --set vars.mode=on_demand_standard --format json",
         "weir cost advantage-ten-functions.yaml --format json"), _advantage(1266, 419),
    ),
    Report(
        "the same, ten streams", "https://aws.amazon.com/blogs/big-data/kinesis-on-demand-advantage-saves-60-on-streaming-costs/",
        "100 MiB/s over 10 streams, 48 h: $2,071.75 and $823.44",
        ("weir cost advantage-ten-streams.yaml --set vars.mode=on_demand_standard --format json",
         "weir cost advantage-ten-streams.yaml --format json"), _advantage(2071.75, 823.44),
    ),
    Report(
        "AWS Guidance for Game Analytics Pipeline (2025-08)", "https://github.com/aws-solutions-library-samples/guidance-for-game-analytics-pipeline-on-aws",
        "259.2 M records of 1 kB a month into Iceberg: $19.44 by Direct PUT, $11.67 from a stream",
        ("weir cost iceberg-direct.yaml --month 30d --format json", "weir cost iceberg-stream.yaml --month 30d --format json"), _iceberg,
    ),
    Report(
        "the same, with conversion", "https://github.com/aws-solutions-library-samples/guidance-for-game-analytics-pipeline-on-aws",
        "… with conversion, in steps of 5 KB: $58.90",
        ("weir cost game-analytics-parquet.yaml --format json",), _parquet,
    ),
    Report(
        "AWS Pricing Calculator, captures", "https://calculator.aws/",
        "3 rec/s × 200 KB, 2 readers, Advantage $3,079.73; 10 rec/s × 10 KB, 10 + 10 readers, Standard $274.81",
        ("weir estimate --rate 3 --size 200KiB --consumers 2 --format json",
         "weir estimate --rate 10 --size 10KiB --consumers 10 --fan-out 10 --headroom 0.2 --format json"), _captures,
    ),
    Report(
        "the same, provisioned", "https://calculator.aws/",
        "10 rec/s × 10 KB, 10 + 10 readers, provisioned with a buffer of 20 %: 2 shards, $273.85",
        ("weir estimate --rate 10 --size 10KiB --consumers 10 --fan-out 10 --headroom 0.2 --format json",), _buffer,
        expected=False,
    ),
)

if __name__ == "__main__":
    sys.exit(main())
