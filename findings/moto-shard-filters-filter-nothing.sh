#!/usr/bin/env bash
# moto 5.2.5: ListShards answers all shards whatever ShardFilter says.
#
# AT_LATEST is what the KCL and the Flink connector ask for the open shards (API reference, ShardFilter: "includes only the currently
# open shards of the data stream"), and AFTER_SHARD_ID what a poller asks for news. Under moto a split parent is among the "open" shards:
# code that counts them for a limit, or takes a lease for each, is tested against a stream that is a third larger than it is.
#
# Seen: moto 5.2.5, boto3 1.43.11: "after a split of one of two shards: AT_LATEST 4 of 4 shards, 1 of them closed".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check 'moto==5.2.5' 'boto3==1.43.11' 'py-partiql-parser==0.6.3'
export AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example AWS_DEFAULT_REGION=us-east-1
"$work/env/bin/python" - <<'PY'
import boto3, moto

with moto.mock_aws():
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=2)
    kinesis.split_shard(StreamName="s", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**126))
    everything = kinesis.list_shards(StreamName="s")["Shards"]
    latest = kinesis.list_shards(StreamName="s", ShardFilter={"Type": "AT_LATEST"})["Shards"]
    closed = sum("EndingSequenceNumber" in shard["SequenceNumberRange"] for shard in latest)
    print(f"moto {moto.__version__}, boto3 {boto3.__version__}: after a split of one of two shards: "
          f"AT_LATEST {len(latest)} of {len(everything)} shards, {closed} of them closed")
    assert (len(everything), len(latest), closed) == (4, 4, 1), "this has changed"
PY
