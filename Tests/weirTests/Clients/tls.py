"""HTTPS on the port of cleartext: HTTP/1.1 and HTTP/2 by ALPN, boto3 that trusts the server's certificate alone.
tls.py URL CERTIFICATE"""
import socket
import ssl
import sys
import urllib.parse

import boto3
import h2.config
import h2.connection
import h2.events
from botocore.config import Config
from botocore.exceptions import SSLError

URL, CERTIFICATE = sys.argv[1:3]
place = urllib.parse.urlsplit(URL)
assert place.scheme == "https", URL


def connect(protocols, trusted=CERTIFICATE):
    context = ssl.create_default_context(cafile=trusted)
    if protocols:
        context.set_alpn_protocols(protocols)
    raw = socket.create_connection((place.hostname, place.port), timeout=60)
    return context.wrap_socket(raw, server_hostname=place.hostname)


for protocols, chosen in ((["http/1.1"], "http/1.1"), (None, None)):
    with connect(protocols) as peer:
        assert peer.selected_alpn_protocol() == chosen, peer.selected_alpn_protocol()
        peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := peer.recv(65536):
            answer += piece
        assert answer.startswith(b"HTTP/1.1 200"), answer

with connect(["h2", "http/1.1"]) as peer:
    assert peer.selected_alpn_protocol() == "h2"
    speaker = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    speaker.initiate_connection()
    speaker.send_headers(1, [(":method", "GET"), (":path", "/healthz"), (":scheme", "https"), (":authority", "localhost")], end_stream=True)
    peer.sendall(speaker.data_to_send())
    events = []
    while not any(isinstance(event, h2.events.StreamEnded) for event in events):
        events += speaker.receive_data(peer.recv(65536))
        peer.sendall(speaker.data_to_send())
    headers = dict(next(event for event in events if isinstance(event, h2.events.ResponseReceived)).headers)
    assert headers.get(b":status", headers.get(":status")) in (b"200", "200"), headers

options = dict(
    region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret",
    config=Config(retries={"max_attempts": 0}, read_timeout=120))
secure = boto3.client("kinesis", endpoint_url=URL, verify=CERTIFICATE, **options)
if not secure.list_streams()["StreamNames"]:
    secure.create_stream(StreamName="s", ShardCount=1)
clear = boto3.client("kinesis", endpoint_url=URL.replace("https:", "http:"), **options)
assert clear.list_streams()["StreamNames"] == ["s"], "cleartext on the same port"
secure.get_waiter("stream_exists").wait(StreamName="s", WaiterConfig={"Delay": 1})
large = b"x" * 900_000
secure.put_record(StreamName="s", Data=large, PartitionKey="k")
iterator = secure.get_shard_iterator(StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
assert secure.get_records(ShardIterator=iterator)["Records"][0]["Data"] == large
try:
    boto3.client("kinesis", endpoint_url=URL, **options).list_streams()
    raise AssertionError("a certificate that nobody vouches for was trusted")
except SSLError:
    pass

# What is half a handshake, or nonsense that begins like one, does not hold the server up.
for start in (b"\x16", b"\x16\x03\x01\x02\x00\x01", b"\x16" + bytes(range(200))):
    broken = socket.create_connection((place.hostname, place.port))
    broken.sendall(start)
assert secure.list_streams()["StreamNames"] == ["s"]
print("done")
