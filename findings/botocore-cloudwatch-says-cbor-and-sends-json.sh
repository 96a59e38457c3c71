#!/usr/bin/env bash
# botocore 1.44.8's model of CloudWatch names smithy-rpc-v2-cbor as its protocol, and its client sends JSON 1.0.
#
# The field `protocol` of a model is what a reader takes for the answer; `protocols` lists three, and botocore picks by an order of its
# own in which JSON comes before CBOR. Whoever builds an endpoint from the models and implements the protocol that is named is never
# spoken to in it.
#
# Seen: protocol smithy-rpc-v2-cbor; GetMetricStatistics goes out as application/x-amz-json-1.0 to GraniteServiceVersion20100801.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example AWS_DEFAULT_REGION=us-east-1
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check boto3==1.44.8 botocore==1.44.8
PYTHONDONTWRITEBYTECODE=1 "$work/env/bin/python" - <<'PY'
from datetime import datetime, timezone
from io import BytesIO

import boto3
import botocore
from botocore.awsrequest import AWSResponse

client = boto3.client("cloudwatch")
model = client.meta.service_model.metadata
sent = []


class Raw(BytesIO):
    def stream(self, **_):
        yield self.read()


def answer(request, **_):
    sent.append(request)
    body = b'{"Datapoints": [{"Timestamp": 1767571500.0, "Sum": 1.0, "Unit": "Count"}], "Label": "IncomingRecords"}'
    return AWSResponse(request.url, 200, {"Content-Type": "application/x-amz-json-1.0"}, Raw(body))


client.meta.events.register("before-send.cloudwatch", answer)
got = client.get_metric_statistics(
    Namespace="AWS/Kinesis", MetricName="IncomingRecords", Period=60, Statistics=["Sum"],
    StartTime=datetime(2026, 1, 5, tzinfo=timezone.utc), EndTime=datetime(2026, 1, 6, tzinfo=timezone.utc))
headers = {name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in sent[0].headers.items()}
print(f"botocore {botocore.__version__}: protocol {model['protocol']} of {model['protocols']}")
print(f"sent as {headers['content-type']}, target {headers['x-amz-target']}; {got['Datapoints'][0]['Timestamp']}")
assert model["protocol"] == "smithy-rpc-v2-cbor", "this has changed"
assert headers["content-type"] == "application/x-amz-json-1.0", "this has changed"
assert headers["x-amz-target"].startswith("GraniteServiceVersion20100801."), "this has changed"
PY
