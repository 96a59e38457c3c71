#!/usr/bin/env bash
# moto 5.2.5: a closed shard has no end. After SplitShard its iterator goes on for ever: NextShardIterator is never null.
#
# On Kinesis the last answer of a closed shard has no NextShardIterator (API reference, GetRecords: "If set to null, the
# shard has been closed"); that is how a consumer learns to go on to the children. A consumer that is right on AWS and
# tested on moto polls the parent for ever and never reads a child.
#
# Seen: moto 5.2.5, boto3 1.43.11: "records 1, then 0 in 20 calls; NextShardIterator null in 0 of 21".
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
    kinesis.create_stream(StreamName="s", ShardCount=1)
    shard = kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k")["ShardId"]
    kinesis.split_shard(StreamName="s", ShardToSplit=shard, NewStartingHashKey=str(2**127))
    parent = kinesis.list_shards(StreamName="s")["Shards"][0]
    assert "EndingSequenceNumber" in parent["SequenceNumberRange"], "the parent is not closed"
    iterator = kinesis.get_shard_iterator(StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    counts, ends = [], 0
    for _ in range(21):
        answer = kinesis.get_records(ShardIterator=iterator)
        counts.append(len(answer["Records"]))
        iterator = answer.get("NextShardIterator")
        if iterator is None:
            ends += 1
            break
    print(f"moto {moto.__version__}: records {counts[0]}, then {sum(counts[1:])} in {len(counts) - 1} calls; "
          f"NextShardIterator null in {ends} of {len(counts)}")
    assert (counts[0], sum(counts[1:]), len(counts), ends) == (1, 0, 21, 0), "this has changed"
PY
