#!/usr/bin/env bash
# moto 5.2.5: UpdateShardCount with UNIFORM_SCALING from 4 to 3 leaves one shard with half of the ring.
#
# On Kinesis UNIFORM_SCALING makes shards of equal size (API reference, UpdateShardCount: "This operation ... creates equal
# size shards"). moto merges the two narrowest neighbours and stops: 1/2, 1/4, 1/4. What is measured per shard after such a
# step (a hot shard, a limit) is the emulator's doing. It also takes 3 to 100 in one step, where AWS allows at most double.
#
# Seen: moto 5.2.5, boto3 1.43.11: "4 to 3: shares of the ring 0.50 0.25 0.25; 3 to 100 in one step: accepted, 100 open".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check 'moto==5.2.5' 'boto3==1.43.11' 'py-partiql-parser==0.6.3'
export AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example AWS_DEFAULT_REGION=us-east-1
"$work/env/bin/python" - <<'PY'
import boto3, moto


def shares(kinesis):
    shards = [s for s in kinesis.list_shards(StreamName="s")["Shards"]
              if "EndingSequenceNumber" not in s["SequenceNumberRange"]]
    ranges = [s["HashKeyRange"] for s in shards]
    return sorted(((int(r["EndingHashKey"]) - int(r["StartingHashKey"]) + 1) / 2**128 for r in ranges), reverse=True)


with moto.mock_aws():
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=4)
    kinesis.update_shard_count(StreamName="s", TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    three = shares(kinesis)
    kinesis.update_shard_count(StreamName="s", TargetShardCount=100, ScalingType="UNIFORM_SCALING")
    hundred = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["OpenShardCount"]
    print(f"moto {moto.__version__}: 4 to 3: shares of the ring {' '.join(f'{x:.2f}' for x in three)}; "
          f"3 to 100 in one step: accepted, {hundred} open")
    assert [round(x, 2) for x in three] == [0.5, 0.25, 0.25] and hundred == 100, "this has changed"
PY
