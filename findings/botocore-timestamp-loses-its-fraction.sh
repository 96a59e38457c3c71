#!/usr/bin/env bash
# botocore 1.43.11 drops the fraction of a second of a Timestamp on the wire; 1.44.8 sends it. The same call, another start.
#
# GetShardIterator AT_TIMESTAMP takes milliseconds (API reference: "For example, 2016-04-04T19:58:46.480-00:00 or
# 1459799926.480"). Under botocore 1.43.11 a reader that asks for 10:00:00.900 begins at 10:00:00 and gets up to a second of
# records again; after an upgrade it does not. No warning either way.
#
# Seen: 1.43.11 sends 1795773600, 1.44.8 sends 1795773600.9.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
export AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example AWS_DEFAULT_REGION=us-east-1
for version in 1.43.11 1.44.8; do
  python3 -m venv "$work/$version"
  "$work/$version/bin/pip" install -q --disable-pip-version-check "boto3==$version" "botocore==$version"
  "$work/$version/bin/python" - <<'PY'
from datetime import datetime, timezone

import botocore
from capturing import capturing

client, sent = capturing([{"ShardIterator": "x"}])
client.get_shard_iterator(
    StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="AT_TIMESTAMP",
    Timestamp=datetime(2026, 11, 27, 10, 0, 0, 900_000, tzinfo=timezone.utc))
print(f"botocore {botocore.__version__}: Timestamp {sent[0]['Timestamp']}")
expected = {"1.43.11": 1795773600, "1.44.8": 1795773600.9}[botocore.__version__]
assert sent[0]["Timestamp"] == expected, "this has changed"
PY
done
