"""Sends a sequence of calls on the virtual clock and prints what became of each record: shard and sequence number, or the error.

verdicts.py URL SEQUENCE: a JSON list of {"advance_ns": N} and {"records": [[key, size], ...]}.
"""
from common import *

kinesis = client(max_pool_connections=1)
with open(sys.argv[2]) as file:
    sequence = json.load(file)
kinesis.create_stream(StreamName="clicks", ShardCount=sequence["shards"])
advance(sequence["create_ns"])
for call in sequence["calls"]:
    advance(call["advance_ns"])
    rows = kinesis.put_records(
        StreamName="clicks", Records=[{"Data": b"x" * size, "PartitionKey": key} for key, size in call["records"]])["Records"]
    for row in rows:
        print(row["ErrorCode"] if "ErrorCode" in row else f"{row['ShardId']} {row['SequenceNumber']}")
