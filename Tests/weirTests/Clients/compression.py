"""Objects in all of CompressionFormat's ways, read by Python's own zipfile and gzip and by snappy's libraries.
compression.py URL DIRECTORY"""
import gzip
import io
import json
import os
import random
import sys
import urllib.request
import zipfile

import boto3
import cramjam
import snappy
from common import advance

URL, DIRECTORY = sys.argv[1:3]
firehose = boto3.client(
    "firehose", endpoint_url=URL, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")


def unzip(body):
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None and len(archive.namelist()) == 1 and len(archive.namelist()[0]) == 36
        return archive.read(archive.namelist()[0])


def snappy_java(body):
    assert body[:16] == b"\x82SNAPPY\0\0\0\0\1\0\0\0\1", body[:16]
    plain, place = b"", 16
    while place < len(body):
        length = int.from_bytes(body[place:place + 4], "big")
        plain += bytes(cramjam.snappy.decompress_raw(body[place + 4:place + 4 + length]))
        place += 4 + length
    return plain


def hadoop(body):
    return bytes(snappy.HadoopStreamDecompressor().decompress(body))


WAYS = {"UNCOMPRESSED": (None, bytes), "GZIP": (".gz", gzip.decompress), "ZIP": (".zip", unzip), "Snappy": (".snappy", snappy_java),
        "HADOOP_SNAPPY": (".hsnappy", hadoop)}
dice = random.Random(20261128)
texts = [json.dumps({"n": n, "word": dice.choice(["red", "green", "blue"]), "noise": dice.random()}).encode() for n in range(2_000)]
records = [dice.randbytes(dice.choice([0, 1, 700, 40_000])) if dice.random() < 0.1 else text for text in texts]
for way in WAYS:
    bucket = {"RoleARN": "arn:aws:iam::000000000000:role/r", "BucketARN": f"arn:aws:s3:::{way.lower().replace('_', '-')}",
              "CompressionFormat": way, "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60}}
    firehose.create_delivery_stream(DeliveryStreamName=way, ExtendedS3DestinationConfiguration=bucket)
advance(10_000_000_000)
for way in WAYS:
    for start in range(0, len(records), 250):
        answer = firehose.put_record_batch(DeliveryStreamName=way, Records=[{"Data": r} for r in records[start:start + 250]])
        assert answer["FailedPutCount"] == 0
advance(60_000_000_000)
sizes = {}
for way, (extension, read) in WAYS.items():
    found = [os.path.join(folder, name) for folder, _, names in os.walk(f"{DIRECTORY}/{way.lower().replace('_', '-')}") for name in names]
    assert len(found) == 1, found
    assert os.path.splitext(found[0])[1] == (extension or ""), found
    with open(found[0], "rb") as file:
        body = file.read()
    assert read(body) == b"".join(records), way
    sizes[way] = len(body)
assert all(size < sizes["UNCOMPRESSED"] for way, size in sizes.items() if way != "UNCOMPRESSED"), sizes
print("done")
