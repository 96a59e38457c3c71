#!/usr/bin/env bash
# aws-kinesis-agg 1.2.3 (PyPI) describes a class that keeps shards apart, does not contain it, and packs all shards together.
#
# Its description says that RecordAggregator is for a single shard and recommends AggregationManager "from version 1.2.0", "to limit any
# exposure to data loss". There is no such name in the package. What there is makes one Kinesis record of 26 keys, under the key of
# the first, whatever shards they hash to. The loss is at the reader: AggregatorUtil.deaggregate of the KCL 2 and 3 is given the shard's
# range, and at the first user record outside of it removes all it had taken of that aggregate, without a line in the log
# (https://github.com/awslabs/amazon-kinesis-client/blob/18fe49eed0b71f862ef37affcd979c6751d43e82/amazon-kinesis-client/src/main/java/software/amazon/kinesis/retrieval/AggregatorUtil.java).
# The package's own deaggregator hands everything over. So a stream that is whole to a Python function is empty to a KCL application, and a
# test on one shard shows nothing: it breaks when the stream is split. Keep an aggregator for each shard, as the KPL does. (It also
# imports six, which it does not require: in a fresh environment the import fails.)
#
# Seen: aws-kinesis-agg 1.2.3, protobuf 5.29.5: "without six: ModuleNotFoundError; AggregationManager in the description: yes, in the
# package: no; 26 keys in 1 Kinesis record under 'a', 12 of its shard and 14 of the other of two; its own deaggregator returns 26".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check 'aws-kinesis-agg==1.2.3' 'protobuf==5.29.5'
without=$("$work/env/bin/python" -c 'import aws_kinesis_agg.aggregator' 2>&1 | tail -1 | cut -d: -f1 || true)
"$work/env/bin/pip" install -q --disable-pip-version-check 'six==1.17.0'
WITHOUT=$without "$work/env/bin/python" - <<'PY'
import base64, hashlib, os
from importlib.metadata import metadata, version

import aws_kinesis_agg
from aws_kinesis_agg import aggregator, deaggregator


def shard(key):
    return int.from_bytes(hashlib.md5(key.encode()).digest(), "big") >> 127


name = "AggregationManager"
described = name in metadata("aws-kinesis-agg").get_payload()
contained = any(hasattr(module, name) for module in (aws_kinesis_agg, aggregator, deaggregator))

keys = [chr(ord("a") + i) for i in range(26)]
packer = aggregator.RecordAggregator()
early = [full for full in (packer.add_user_record(key, b"x") for key in keys) if full]
partition_key, explicit_hash_key, data = packer.clear_and_get().get_contents()
event = {"eventID": "s:1", "kinesis": {
    "kinesisSchemaVersion": "1.0", "sequenceNumber": "1", "approximateArrivalTimestamp": 1.0,
    "partitionKey": partition_key, "data": base64.b64encode(data).decode()}}
returned = len(deaggregator.deaggregate_records([event]))
own = sum(shard(key) == shard(partition_key) for key in keys)
yes = {True: "yes", False: "no"}
print(f"aws-kinesis-agg {version('aws-kinesis-agg')}, protobuf {version('protobuf')}: without six: {os.environ['WITHOUT']}; {name} in the "
      f"description: {yes[described]}, in the package: {yes[contained]}; 26 keys in {1 + len(early)} Kinesis record under {partition_key!r}, "
      f"{own} of its shard and {26 - own} of the other of two; its own deaggregator returns {returned}")
assert os.environ["WITHOUT"] == "ModuleNotFoundError" and described and not contained, "this has changed"
assert (len(early), partition_key, explicit_hash_key, own, returned) == (0, "a", None, 12, 26), "this has changed"
PY
