"""What the client scripts share: a boto3 client without retries, and waits for effects, never for durations."""
import json
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL = sys.argv[1]


def client(**options):
    options = {"retries": {"max_attempts": 0}, "read_timeout": 120, **options}
    return boto3.client(
        "kinesis", endpoint_url=URL, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret",
        config=Config(**options))


def until(condition, what):
    """Waits for what must come, however long it takes."""
    while not condition():
        time.sleep(0.02)


def active(kinesis, name):
    def is_active():
        return kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE"
    until(is_active, f"{name} becomes ACTIVE")
    return f"arn:aws:kinesis:us-east-1:000000000000:stream/{name}"


def refused(call, code, **arguments):
    """A call that must be refused; returns AWS's text."""
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error.response["Error"]["Message"]
    raise AssertionError(f"not refused: {arguments}")


def advance(nanoseconds):
    body = json.dumps({"nanoseconds": nanoseconds}).encode()
    with urllib.request.urlopen(urllib.request.Request(URL + "/_weir/clock/advance", data=body)) as reply:
        return json.load(reply)


def records(kinesis, name, shard, kind="TRIM_HORIZON", **start):
    iterator = kinesis.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType=kind, **start)
    return kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
