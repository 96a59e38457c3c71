#!/usr/bin/env bash
# botocore 1.44.8 checks a lower bound before it sends, and no upper bound, pattern or list of values.
#
# An empty PartitionKey is a ParamValidationError at the client. A key of 3,000 characters (the model: at most 256), 501
# records (at most 500), a Limit of 20,000 (at most 10,000) and a ShardIteratorType that does not exist are sent. "It
# passed the client's validation" says nothing about limits: a server has to check them all, and 21 MB of a single
# record are on the wire before anybody says no.
#
# Seen: boto3 1.44.8: "empty key: ParamValidationError; sent: key of 3000, 501 records, Limit 20000, type SOMEWHERE".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check 'boto3==1.44.8' 'botocore==1.44.8'
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
export AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example AWS_DEFAULT_REGION=us-east-1
"$work/env/bin/python" - <<'PY'

import botocore
from botocore.exceptions import ParamValidationError
from capturing import capturing

client, sent = capturing([{}, {}, {}, {}])
try:
    client.put_record(StreamName="s", Data=b"x", PartitionKey="")
    empty = "sent"
except ParamValidationError as error:
    empty = type(error).__name__
client.put_record(StreamName="s", Data=b"x", PartitionKey="k" * 3000)
client.put_records(StreamName="s", Records=[{"Data": b"x", "PartitionKey": "k"}] * 501)
client.get_records(ShardIterator="i", Limit=20_000)
client.get_shard_iterator(StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="SOMEWHERE")
what = (len(sent[0]["PartitionKey"]), len(sent[1]["Records"]), sent[2]["Limit"], sent[3]["ShardIteratorType"])
print(f"botocore {botocore.__version__}: empty key: {empty}; sent: key of {what[0]}, {what[1]} records, Limit {what[2]}, "
      f"type {what[3]}")
assert empty == "ParamValidationError" and what == (3000, 501, 20_000, "SOMEWHERE"), "this has changed"
PY
