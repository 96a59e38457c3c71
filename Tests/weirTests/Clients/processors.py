"""Records on their way through processors: a Lambda behind an endpoint, whose calls are signed, fails and is called again; aggregates of
the producer library; partitions that jq finds; and all of it behind kill -9. processors.py WEIR DIRECTORY LAKE"""
import atexit
import base64
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aws_kinesis_agg.aggregator import RecordAggregator
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import delivering

WEIR, DIRECTORY, LAKE = sys.argv[1:4]
KEYS = Credentials("AKIDLAMBDA", "secret/of+lambda", "session")
events, problems, lock = [], [], threading.Lock()


class Lambda(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = AWSRequest("POST", f"http://{self.headers['Host']}{self.path}", data=body)
        for name in ("X-Amz-Content-SHA256", "X-Amz-Security-Token", "X-Amz-Date"):
            request.headers[name] = self.headers[name]
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        auth = SigV4Auth(KEYS, "lambda", "us-east-1")
        text = auth.string_to_sign(request, auth.canonical_request(request))
        if not self.headers["Authorization"].endswith("Signature=" + auth.signature(text, request)):
            problems.append(f"signature of {self.path}")
        if self.path != "/2015-03-31/functions/upper/invocations?Qualifier=live" or self.headers["X-Amz-Invocation-Type"] != "RequestResponse":
            problems.append(f"{self.path} {dict(self.headers)}")
        event = json.loads(body)
        with lock:
            events.append(event)
            is_first = len(events) == 1
        rows = []
        for record in event["records"]:
            data = base64.b64decode(record["data"])
            said = {"drop": "Dropped", "fail": "ProcessingFailed"}.get(data[:4].decode("latin-1"), "Ok")
            rows.append({"recordId": record["recordId"], "result": said, "data": base64.b64encode(data.upper()).decode()})
        answer = b'{"errorMessage": "no"}' if is_first else json.dumps({"records": rows}).encode()
        self.send_response(200)
        if is_first:
            self.send_header("X-Amz-Function-Error", "Unhandled")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


peer = ThreadingHTTPServer(("127.0.0.1", 0), Lambda)
threading.Thread(target=peer.serve_forever, daemon=True).start()


def start():
    return delivering.start(WEIR, DIRECTORY, KEYS, "--deliver", LAKE, "--lambda-endpoint", f"http://127.0.0.1:{peer.server_port}")


def stored(prefix):
    found = {}
    for folder, _, names in os.walk(LAKE):
        for name in names:
            path = os.path.join(folder, name)
            key = os.path.relpath(path, LAKE)
            if key.startswith(prefix):
                with open(path, "rb") as file:
                    found[key] = file.read()
    return b"".join(found[key] for key in sorted(found))


def until(condition):
    while not condition():
        assert not problems, problems
        time.sleep(0.05)


def lines(prefix):
    return sorted(stored(prefix).splitlines())


ROLE = "arn:aws:iam::000000000000:role/r"


def bucket(name, processors, **more):
    rows = [{"Type": kind, "Parameters": [{"ParameterName": n, "ParameterValue": v} for n, v in parameters.items()]}
            for kind, parameters in processors]
    hints = {"SizeInMBs": 1, "IntervalInSeconds": 0}
    return {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{name}", "BufferingHints": hints,
            "ProcessingConfiguration": {"Enabled": True, "Processors": rows}, **more}


UPPER = ("Lambda", {"LambdaArn": "arn:aws:lambda:us-east-1:000000000000:function:upper:live", "BufferIntervalInSeconds": "0"})
server, firehose, kinesis = start()
atexit.register(lambda: server.kill())
firehose.create_delivery_stream(
    DeliveryStreamName="f", ExtendedS3DestinationConfiguration=bucket("lake", [UPPER, ("AppendDelimiterToRecord", {})]))
firehose.put_record_batch(DeliveryStreamName="f", Records=[{"Data": d} for d in (b"one", b"drop", b"fail", b"two")])
until(lambda: lines("lake/2") == [b"ONE", b"TWO"])
assert len(events) == 2 and events[0]["records"] == events[1]["records"], "called again with the same records"

# Aggregates of the producer library come to the function one by one.
kinesis.create_stream(StreamName="s", ShardCount=2)
firehose.create_delivery_stream(
    DeliveryStreamName="r", DeliveryStreamType="KinesisStreamAsSource",
    ExtendedS3DestinationConfiguration=bucket("read", [UPPER, ("AppendDelimiterToRecord", {})]),
    KinesisStreamSourceConfiguration={"KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s", "RoleARN": ROLE})
aggregator = RecordAggregator()
for number in range(50):
    aggregator.add_user_record(f"key-{number}", b"user %d" % number)
key, _, data = aggregator.clear_and_get().get_contents()
kinesis.put_record(StreamName="s", PartitionKey=key, Data=data)
kinesis.put_record(StreamName="s", PartitionKey="k", Data=b"plain")
until(lambda: lines("read/") == sorted([b"USER %d" % n for n in range(50)] + [b"PLAIN"]))
with lock:
    seen = [r["kinesisRecordMetadata"] for event in events for r in event["records"] if "kinesisRecordMetadata" in r]
assert sorted(m["subsequenceNumber"] for m in seen if m["partitionKey"].startswith("key-")) == list(range(50))

# Partitions by jq; those of one table lie under its prefix, though the server dies meanwhile.
firehose.create_delivery_stream(
    DeliveryStreamName="p", ExtendedS3DestinationConfiguration=bucket(
        "parts", [("RecordDeAggregation", {"SubRecordType": "JSON"}),
                  ("MetadataExtraction", {"JsonParsingEngine": "JQ-1.6", "MetadataExtractionQuery": "{t:.table|ascii_downcase, y:.year}"}),
                  ("AppendDelimiterToRecord", {})],
        Prefix="!{partitionKeyFromQuery:t}/!{partitionKeyFromQuery:y}/", ErrorOutputPrefix="bad/!{firehose:error-output-type}/",
        DynamicPartitioningConfiguration={"Enabled": True}, BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 1}))
rows = [{"table": f"T{n % 4}", "year": 2020 + n % 3, "n": n} for n in range(400)]
for start_at in range(0, 400, 100):
    packed = [json.dumps(a).encode() + json.dumps(b).encode() for a, b in zip(rows[start_at:start_at + 100:2], rows[start_at + 1:start_at + 100:2])]
    answer = firehose.put_record_batch(DeliveryStreamName="p", Records=[{"Data": d} for d in packed])
    assert answer["FailedPutCount"] == 0
    if start_at == 200:
        server.send_signal(signal.SIGKILL)
        server.wait()
        server, firehose, kinesis = start()
firehose.put_record(DeliveryStreamName="p", Record={"Data": b"no json"})
for table in range(4):
    for year in range(2020, 2023):
        wanted = sorted(json.dumps(r).encode() for r in rows if r["table"] == f"T{table}" and r["year"] == year)
        until(lambda: lines(f"parts/t{table}/{year}/") == wanted)
server.terminate()
assert server.wait() == 0
assert not problems, problems
print("done")
