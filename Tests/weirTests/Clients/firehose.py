"""Delivery streams with boto3: to an S3 that checks signatures, to an HTTP endpoint by AWS's contract, from a data stream, and
behind kill -9. firehose.py WEIR DIRECTORY"""
import atexit
import base64
import gzip
import json
import signal
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError

import delivering

WEIR, DIRECTORY = sys.argv[1:3]
KEYS = Credentials("AKIDS3", "secret/of+S3", "session")
objects, requests, problems, lock = {}, [], [], threading.Lock()


class Peer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = AWSRequest("PUT", f"http://{self.headers['Host']}{self.path}", data=body)
        for name in ("X-Amz-Content-SHA256", "X-Amz-Security-Token"):
            request.headers[name] = self.headers[name]
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        auth = S3SigV4Auth(KEYS, "s3", "us-east-1")
        request.headers["X-Amz-Date"] = self.headers["X-Amz-Date"]
        text = auth.string_to_sign(request, auth.canonical_request(request))
        if not self.headers["Authorization"].endswith("Signature=" + auth.signature(text, request)):
            problems.append(f"signature of {self.path}")
            return self.answer(403, b"<Code>SignatureDoesNotMatch</Code>")
        with lock:
            objects[urllib.parse.unquote(self.path[1:])] = body
        self.answer(200)

    def do_POST(self):
        body = json.loads(gzip.decompress(self.rfile.read(int(self.headers["Content-Length"]))))
        with lock:
            requests.append((dict(self.headers), body))
            status = 500 if len(requests) == 1 else 200
        self.answer(status, json.dumps({"requestId": body["requestId"], "timestamp": int(time.time() * 1000)}).encode())

    def log_message(self, *_):
        pass


peer = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
threading.Thread(target=peer.serve_forever, daemon=True).start()
peer_url = f"http://127.0.0.1:{peer.server_port}"


def start():
    return delivering.start(WEIR, DIRECTORY, KEYS, "--s3-endpoint", peer_url)


def until(condition):
    while not condition():
        assert not problems, problems
        time.sleep(0.02)


def stored(prefix):
    with lock:
        return {key: body for key, body in objects.items() if key.startswith(prefix)}


ROLE = "arn:aws:iam::000000000000:role/r"


def bucket(name, **more):
    hints = {"SizeInMBs": 1, "IntervalInSeconds": 0}
    return {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{name}", "BufferingHints": hints, **more}


server, firehose, kinesis = start()
atexit.register(lambda: server.kill())
arn = firehose.create_delivery_stream(
    DeliveryStreamName="plain", ExtendedS3DestinationConfiguration=bucket(
        "lake", Prefix="é a+b=/!{timestamp:yyyy'/'MMM}/!{firehose:random-string}/", ErrorOutputPrefix="errors/",
        CustomTimeZone="Asia/Tokyo"))["DeliveryStreamARN"]
assert arn == "arn:aws:firehose:us-east-1:000000000000:deliverystream/plain", arn
assert firehose.list_delivery_streams()["DeliveryStreamNames"] == ["plain"]
described = firehose.describe_delivery_stream(DeliveryStreamName="plain")["DeliveryStreamDescription"]
assert described["DeliveryStreamStatus"] == "ACTIVE" and described["VersionId"] == "1", described
answer = firehose.put_record_batch(DeliveryStreamName="plain", Records=[{"Data": b"%d;" % i} for i in range(500)])
assert answer["FailedPutCount"] == 0 and len({row["RecordId"] for row in answer["RequestResponses"]}) == 500
until(lambda: b"".join(stored("lake/é a+b=/").values()) == b"".join(b"%d;" % i for i in range(500)))

firehose.create_delivery_stream(
    DeliveryStreamName="hook", HttpEndpointDestinationConfiguration={
        "EndpointConfiguration": {"Url": peer_url + "/hook", "AccessKey": "letmein"}, "RoleARN": ROLE,
        "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
        "RequestConfiguration": {"ContentEncoding": "GZIP", "CommonAttributes": [{"AttributeName": "env", "AttributeValue": "test"}]},
        "S3Configuration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::backup"}})
firehose.put_record(DeliveryStreamName="hook", Record={"Data": b"hello"})
until(lambda: len(requests) >= 2)
(first, body), (again, other) = requests[:2]
assert body["requestId"] == other["requestId"] == again["X-Amz-Firehose-Request-Id"], "a retry is the same request"
assert [base64.b64decode(r["data"]) for r in other["records"]] == [b"hello"]
assert again["X-Amz-Firehose-Access-Key"] == "letmein" and again["Content-Encoding"] == "gzip"
assert json.loads(again["X-Amz-Firehose-Common-Attributes"]) == {"commonAttributes": {"env": "test"}}

kinesis.create_stream(StreamName="s", ShardCount=2)
firehose.create_delivery_stream(
    DeliveryStreamName="reader", DeliveryStreamType="KinesisStreamAsSource", S3DestinationConfiguration=bucket("read"),
    KinesisStreamSourceConfiguration={"KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s", "RoleARN": ROLE})
sent = [b"%d;" % i for i in range(200)]
kinesis.put_records(StreamName="s", Records=[{"Data": d, "PartitionKey": f"k{d}"} for d in sent])


def pieces(prefix):
    return sorted(p + b";" for body in stored(prefix).values() for p in body.split(b";")[:-1])


until(lambda: pieces("read/") == sorted(sent))

# What is acknowledged is delivered though the server dies, and, as a delivery's key is the same, lies there once.
firehose.create_delivery_stream(DeliveryStreamName="crash", S3DestinationConfiguration=bucket("safe"))
acknowledged = set()


def write(firehose, kinesis, name, enough):
    number = 0
    try:
        while True:
            rows = [b"%s-%d-%d;" % (name.encode(), number, i) for i in range(20)]
            answer = firehose.put_record_batch(DeliveryStreamName="crash", Records=[{"Data": d} for d in rows])
            assert answer["FailedPutCount"] == 0
            reads = [b"%s-%d-k%d;" % (name.encode(), number, i) for i in range(5)]
            kinesis.put_records(StreamName="s", Records=[{"Data": d, "PartitionKey": f"{d}"} for d in reads])
            with lock:
                acknowledged.update(rows + reads)
            number += 1
            if number == 30:
                enough.release()
    except (BotoCoreError, ClientError, OSError):
        enough.release()


for round in range(3):
    enough = threading.Semaphore(0)
    writers = [threading.Thread(target=write, args=(firehose, kinesis, f"{round}-{w}", enough)) for w in range(2)]
    for writer in writers:
        writer.start()
    for _ in writers:
        enough.acquire()
    if round:
        time.sleep(1.1)  # So that some deliveries are behind it and some under way; what holds holds without.
    server.send_signal(signal.SIGKILL)
    server.wait()
    for writer in writers:
        writer.join()
    server, firehose, kinesis = start()
until(lambda: acknowledged <= set(pieces("safe/")) | set(pieces("read/")))
for prefix in ("safe/", "read/"):
    found = pieces(prefix)
    assert len(found) == len(set(found)), f"{prefix}: something lies there twice"
assert firehose.describe_delivery_stream(DeliveryStreamName="crash")["DeliveryStreamDescription"]["DeliveryStreamStatus"] == "ACTIVE"
firehose.delete_delivery_stream(DeliveryStreamName="crash")
server.terminate()
assert server.wait() == 0
assert not problems, problems
print("done")
