"""Channels with boto3: to an S3 that checks signatures, in every compression, and behind kill -9. channels.py WEIR DIRECTORY"""
import atexit
import gzip
import json
import signal
import sys
import threading
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cramjam
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

import delivering

WEIR, DIRECTORY = sys.argv[1:3]
KEYS = Credentials("AKIDS3", "secret/of+S3", "session")
SIGNED = ("X-Amz-Content-SHA256", "X-Amz-Security-Token", "X-Amz-Expected-Bucket-Owner", "X-Amz-Storage-Class")
objects, problems, lock = {}, [], threading.Lock()


class Peer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = AWSRequest("PUT", f"http://{self.headers['Host']}{self.path}", data=body)
        for name in SIGNED:
            if name in self.headers:
                request.headers[name] = self.headers[name]
        request.context["timestamp"] = request.headers["X-Amz-Date"] = self.headers["X-Amz-Date"]
        auth = S3SigV4Auth(KEYS, "s3", "us-east-1")
        text = auth.string_to_sign(request, auth.canonical_request(request))
        is_signed = self.headers["Authorization"].endswith("Signature=" + auth.signature(text, request))
        with lock:
            if is_signed:
                objects[urllib.parse.unquote(self.path[1:])] = (body, self.headers)
            else:
                problems.append(f"signature of {self.path}")
        self.send_response(200 if is_signed else 403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


peer = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
threading.Thread(target=peer.serve_forever, daemon=True).start()


def start():
    server, _, kinesis = delivering.start(
        WEIR, DIRECTORY, KEYS, "--clock", "virtual", "--s3-endpoint", f"http://127.0.0.1:{peer.server_port}")
    atexit.register(server.kill)
    return server, kinesis


def advance(seconds):
    body = json.dumps({"seconds": seconds}).encode()
    urllib.request.urlopen(urllib.request.Request(kinesis.meta.endpoint_url + "/_weir/clock/advance", data=body)).read()


def create(name, record, compression, **more):
    kinesis.create_stream(StreamName=name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    storage = {"BucketARN": "arn:aws:s3:::lake", "ExpectedBucketOwner": "123456789012", "CompressionType": compression, **more}
    channel = kinesis.create_channel(
        ChannelName=name, ServiceExecutionRoleARN="arn:aws:iam::000000000000:role/r",
        StreamConfigurationList=[{
            "StreamARN": f"arn:aws:kinesis:us-east-1:000000000000:stream/{name}", "RecordConfiguration": {"RecordFormatType": record}}],
        S3DestinationConfiguration={"StorageConfiguration": storage})["ChannelDescription"]
    kinesis.get_waiter("channel_active").wait(ChannelARN=channel["ChannelARN"])
    return channel


def put(name, texts):
    rows = [{"Data": text, "PartitionKey": f"k{i}"} for i, text in enumerate(texts)]
    assert kinesis.put_records(StreamName=name, Records=rows)["FailedRecordCount"] == 0


server, kinesis = start()
plain = create("plain", "BYTE_ARRAY", "NONE", StorageClass="GLACIER_IR")
zipped = create("zipped", "STRING", "GZIP", OutputKeyTemplate="gz/!{stream-name}/!{yyyy}!{extension:.txt.gz}")
create("zstd", "JSON", "ZSTD")
put("plain", [b"\xff\x00", b"second"])
put("zipped", [b"text;", b"\xff", b"more"])
put("zstd", [b'{"n":1}', b'{"n":2}'])

# What was acknowledged is delivered behind kill -9, at its time: not before, and once.
advance(100)
server.send_signal(signal.SIGKILL)
server.wait()
server, kinesis = start()
assert [c["ChannelStatus"] for c in kinesis.list_channels()["ChannelSummaries"]] == ["ACTIVE"] * 3
advance(199)
assert not objects, list(objects)
put("plain", [b", third"])
advance(1)
assert not problems, problems
found = {}
for key, (body, headers) in objects.items():
    name = "dead" if "/errors/" in key else next(n for n in ("plain", "zipped", "zstd") if n in key)
    assert name not in found, list(objects)
    assert headers["X-Amz-Expected-Bucket-Owner"] == "123456789012", headers
    found[name] = (key, body, headers)
assert sorted(found) == ["dead", "plain", "zipped", "zstd"], list(objects)
assert found["plain"][1] == b"\xff\x00second, third" and found["plain"][2]["X-Amz-Storage-Class"] == "GLACIER_IR", found["plain"]
assert found["plain"][0].startswith(f"lake/kinesis-channel/plain/{plain['ChannelId']}/"), found["plain"][0]
assert gzip.decompress(found["zipped"][1]) == b"text;more" and found["zipped"][0].endswith(".txt.gz"), found["zipped"]
assert bytes(cramjam.zstd.decompress(found["zstd"][1])) == b'{"n":1}{"n":2}' and found["zstd"][0].endswith(".zst")
letters = [json.loads(line) for line in found["dead"][1].splitlines()]
assert [letter["errorCode"] for letter in letters] == ["InvalidRecordFormat"] and letters[0]["shardId"].startswith("shardId-")
assert found["dead"][0].startswith(f"lake/kinesis-channel/errors/zipped/{zipped['ChannelId']}/"), found["dead"][0]

names = [c["ChannelName"] for page in kinesis.get_paginator("list_channels").paginate(PaginationConfig={"PageSize": 1})
         for c in page["ChannelSummaries"]]
assert names == ["plain", "zipped", "zstd"], names
try:
    kinesis.delete_stream(StreamName="plain")
    raise AssertionError("a stream with a channel was deleted")
except ClientError as error:
    assert error.response["Error"]["Code"] == "ResourceInUseException", error
kinesis.delete_channel(ChannelARN=plain["ChannelARN"])
advance(1)
kinesis.delete_stream(StreamName="plain")
advance(1_000)
assert len(objects) == 4, list(objects)
print("done")
