#!/usr/bin/env bash
# botocore 1.44.8: refused puts to one stream take away the retries of every other stream and operation of the client.
#
# Until 1.43 the default had no quota: five attempts, always. Since 1.44.0 a client has 500 tokens, a retry after a throttle takes 5, and
# the bucket belongs to the client object, not to a call, an operation or a stream. Fifty refused puts in a row spend it; then a
# DescribeStreamSummary of another, idle stream that meets one throttle fails at its first attempt, and so does every GetRecords. A clean
# success gives one token back: five calls have to succeed untroubled for one retry. A program that shares a client between a hot stream
# and others loses their retries exactly when it needs them; a client for each stream keeps them apart.
#
# Seen: "botocore 1.43.11 (legacy): attempts of 60 refused puts 5 x 60; then of a call to an idle stream 5; after 5 clean calls 5";
# "botocore 1.44.8 (standard):
# attempts of 60 refused puts 3 x 50, 1 x 10; then of a call to an idle stream 1; after 5 clean calls 2".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example AWS_DEFAULT_REGION=us-east-1
cat > "$work/probe.py" <<'PY'
import collections, sys, time

import boto3, botocore
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

time.sleep = lambda seconds: None  # the pauses are not of interest
REFUSAL = b'{"__type":"ProvisionedThroughputExceededException","message":"Rate exceeded for shard"}'
client = boto3.client("kinesis")
answers = {"refuse": True, "sent": 0}


class Body:
    def __init__(self, text):
        self.text = text

    def stream(self, *_, **__):
        yield self.text


def answer(request, **_):
    answers["sent"] += 1
    if answers["refuse"]:
        return AWSResponse(request.url, 400, {"Content-Type": "application/x-amz-json-1.1"}, Body(REFUSAL))
    return AWSResponse(request.url, 200, {"Content-Type": "application/x-amz-json-1.1"}, Body(b'{"StreamDescriptionSummary":{}}'))


def attempts(call):
    answers["sent"] = 0
    try:
        call()
    except ClientError:
        pass
    return answers["sent"]


def look_at_another():
    client.describe_stream_summary(StreamName="idle")


client.meta.events.register("before-send.kinesis.*", answer)
puts = [attempts(lambda: client.put_record(StreamName="hot", Data=b"x", PartitionKey="k")) for _ in range(60)]
other = attempts(look_at_another)
answers["refuse"] = False
for _ in range(5):
    look_at_another()
answers["refuse"] = True
after = attempts(look_at_another)
counted = ", ".join(f"{tries} x {times}" for tries, times in collections.Counter(puts).items())
mode = client.meta.config.retries.get("mode")
print(f"botocore {botocore.__version__} ({mode}): attempts of 60 refused puts {counted}; "
      f"then of a call to an idle stream {other}; after 5 clean calls {after}")
wanted = {"1.43.11": ([5] * 60, 5, 5), "1.44.8": ([3] * 50 + [1] * 10, 1, 2)}[botocore.__version__]
assert (puts, other, after) == wanted, "this has changed"
PY
for version in 1.43.11 1.44.8; do
  python3 -m venv "$work/env-$version"
  "$work/env-$version/bin/pip" install -q --disable-pip-version-check "boto3==$version" "botocore==$version"
  "$work/env-$version/bin/python" "$work/probe.py"
done
