#!/usr/bin/env bash
# boto3 1.44.8: the list_shards paginator sends StreamName with NextToken, which the same package says must not be done.
#
# The model that botocore ships says of NextToken: "Don't specify StreamName or StreamCreationTimestamp if you specify
# NextToken because the latter unambiguously identifies the stream", and of StreamName: "You cannot specify this parameter if
# you specify the NextToken parameter". Its own paginator repeats the arguments of the first call on every page. An emulator
# that refuses what the model forbids breaks boto3's paginator from the second page on; one that does not lets code pass
# that calls it by hand. A server for real clients has to accept both.
#
# Seen: boto3 1.44.8: second page asked with NextToken and StreamName.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check 'boto3==1.44.8' 'botocore==1.44.8'
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
export AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example AWS_DEFAULT_REGION=us-east-1
"$work/env/bin/python" - <<'PY'
import re

import botocore
from capturing import capturing

client, sent = capturing([{"Shards": [], "NextToken": "t"}, {"Shards": []}])
list(client.get_paginator("list_shards").paginate(StreamName="s"))
members = client.meta.service_model.operation_model("ListShards").input_shape.members
said = re.sub(r"<[^>]+>", "", members["StreamName"].documentation)
print(f"botocore {botocore.__version__}: second page asked with {' and '.join(sorted(sent[1]))}; the model says: {said}")
assert sorted(sent[1]) == ["NextToken", "StreamName"], "this has changed"
assert "cannot specify this parameter if you specify the NextToken" in said, "the model says something else now"
PY
