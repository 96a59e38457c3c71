"""Documents to an OpenSearch that is busy first and refuses one, signed; events to a Splunk that acknowledges later.
destinations.py WEIR LAKE"""
import atexit
import base64
import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

WEIR, LAKE = sys.argv[1:3]
KEYS = Credentials("AKIDES", "secret/of+search", None)
documents, events, asked, problems, lock = {}, [], [], [], threading.Lock()


class Peer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with lock:
            status, answer = self.bulk(body) if self.path == "/_bulk" else self.collect(body)
        answer = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def bulk(self, body):
        request = AWSRequest("POST", f"http://{self.headers['Host']}{self.path}", data=body)
        for name in ("X-Amz-Content-SHA256", "X-Amz-Date"):
            request.headers[name] = self.headers[name]
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        auth = SigV4Auth(KEYS, "es", "us-east-1")
        text = auth.string_to_sign(request, auth.canonical_request(request))
        if not self.headers["Authorization"].endswith("Signature=" + auth.signature(text, request)):
            problems.append("a bulk request's signature")
        lines, items = body.decode().splitlines(), []
        for action, document in zip(lines[::2], lines[1::2]):
            action, document = json.loads(action)["index"], json.loads(document)
            status = 400 if document["n"] == 3 else 201
            if status == 201:
                documents[action["_id"]] = (action["_index"], document["n"])
            items.append({"index": {"status": status, **({"error": {"type": "t", "reason": "r"}} if status > 299 else {})}})
        return 200, {"took": 1, "errors": True, "items": items}

    def collect(self, body):
        if self.headers["Authorization"] != "Splunk token" or "channel=" + self.headers["X-Splunk-Request-Channel"] not in self.path:
            problems.append(f"{self.path} {dict(self.headers)}")
        if "/ack?" in self.path:
            asked.append(json.loads(body)["acks"])
            return 200, {"acks": {"5": len(asked) > 1}}
        events.extend(body.splitlines())
        return 200, {"text": "Success", "code": 0, "ackId": 5}

    def log_message(self, *_):
        pass


peer = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
threading.Thread(target=peer.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{peer.server_port}"
server = subprocess.Popen(
    [WEIR, "serve", "--port", "0", "--state-delay", "0s", "--no-limits", "--deliver", LAKE], stdout=subprocess.PIPE, text=True,
    env={**{k: v for k, v in os.environ.items() if k != "AWS_SESSION_TOKEN"}, "AWS_ACCESS_KEY_ID": KEYS.access_key, "AWS_SECRET_ACCESS_KEY": KEYS.secret_key})
atexit.register(lambda: server.kill())
firehose = boto3.client(
    "firehose", endpoint_url=server.stdout.readline().split()[-1], region_name="us-east-1", aws_access_key_id="key",
    aws_secret_access_key="secret", config=Config(retries={"max_attempts": 0}, read_timeout=120))
ROLE = "arn:aws:iam::000000000000:role/r"
BACKUP = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::backup", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60}}
HINTS = {"SizeInMBs": 1, "IntervalInSeconds": 0}


def until(condition):
    while not condition():
        assert not problems, problems
        time.sleep(0.05)


def failures():
    found = []
    for folder, _, names in os.walk(LAKE):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                found += [json.loads(line) for line in file.read().splitlines()]
    return found


firehose.create_delivery_stream(
    DeliveryStreamName="search", AmazonopensearchserviceDestinationConfiguration={
        "RoleARN": ROLE, "ClusterEndpoint": address, "IndexName": "clicks", "IndexRotationPeriod": "OneMonth", "BufferingHints": HINTS,
        "RetryOptions": {"DurationInSeconds": 0}, "S3Configuration": BACKUP})
firehose.put_record_batch(DeliveryStreamName="search", Records=[{"Data": json.dumps({"n": n}, indent=1).encode()} for n in range(6)])
until(lambda: sorted(n for _, n in documents.values()) == [0, 1, 2, 4, 5])
assert {index for index, _ in documents.values()} == {time.strftime("clicks-%Y-%m", time.gmtime())}
until(lambda: len(failures()) == 1)
[failed] = failures()
assert json.loads(base64.b64decode(failed["rawData"])) == {"n": 3} and failed["errorCode"] == "400", failed

firehose.create_delivery_stream(
    DeliveryStreamName="splunk", SplunkDestinationConfiguration={
        "HECEndpoint": address, "HECEndpointType": "Event", "HECToken": "token", "BufferingHints": HINTS, "S3Configuration": BACKUP})
firehose.put_record_batch(DeliveryStreamName="splunk", Records=[{"Data": b'{"event":%d}' % n} for n in range(3)])
until(lambda: len(asked) == 2)
assert events == [b'{"event":0}', b'{"event":1}', b'{"event":2}'], events
server.terminate()
assert server.wait() == 0
assert not problems and len(failures()) == 1, (problems, failures())
print("done")
