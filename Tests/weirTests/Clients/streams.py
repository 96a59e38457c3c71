"""AWS's tutorial of a stream, with boto3: create, put, iterator, get, describe, reshard, delete."""
from common import *

kinesis = client()
kinesis.create_stream(StreamName="clicks", ShardCount=2)
kinesis.get_waiter("stream_exists").wait(StreamName="clicks", WaiterConfig={"Delay": 1})
arn = active(kinesis, "clicks")

put = kinesis.put_record(StreamName="clicks", Data=b"first", PartitionKey="k")
assert put["ShardId"].startswith("shardId-") and len(put["SequenceNumber"]) == 56
entries = [{"Data": b"%d" % i, "PartitionKey": f"key-{i}"} for i in range(500)]
answer = kinesis.put_records(StreamARN=arn, Records=entries)
assert answer["FailedRecordCount"] == 0 and len(answer["Records"]) == 500

found = {}
for shard in kinesis.list_shards(StreamName="clicks")["Shards"]:
    rows = records(kinesis, "clicks", shard["ShardId"])
    assert [r["SequenceNumber"] for r in rows] == sorted((r["SequenceNumber"] for r in rows), key=int)
    found.update({r["SequenceNumber"]: (shard["ShardId"], r["PartitionKey"], r["Data"]) for r in rows})
assert len(found) == 501 and found[put["SequenceNumber"]] == (put["ShardId"], "k", b"first")
for entry, row in zip(entries, answer["Records"]):
    assert found[row["SequenceNumber"]] == (row["ShardId"], entry["PartitionKey"], entry["Data"])
last = records(kinesis, "clicks", put["ShardId"], "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=put["SequenceNumber"])
assert put["SequenceNumber"] not in [r["SequenceNumber"] for r in last] and last

text = refused(kinesis.get_records, "InvalidArgumentException", ShardIterator="nonsense")
text = refused(kinesis.describe_stream, "ResourceNotFoundException", StreamName="absent")
assert text == "Stream absent under account 000000000000 not found.", text
refused(kinesis.create_stream, "LimitExceededException", StreamName="million", ShardCount=1_000_000)
refused(kinesis.put_record, "DryRunOperationException", StreamName="clicks", Data=b"", PartitionKey="k", DryRun=True)
refused(kinesis.describe_channel, "ResourceNotFoundException", ChannelARN="arn:aws:kinesis:us-east-1:000000000000:channel/c")

kinesis.split_shard(StreamName="clicks", ShardToSplit="shardId-000000000000", NewStartingHashKey="4096")
active(kinesis, "clicks")
shards = [s["ShardId"][-1] for s in kinesis.get_paginator("list_shards").paginate(
    StreamName="clicks", ShardFilter={"Type": "AT_LATEST"}).search("Shards[]")]
assert shards == ["1", "2", "3"], shards

# More than a shard takes in one call: the first two megabytes' records are refused one by one, not the call.
large = [{"Data": b"x" * 600_000, "PartitionKey": "hot"}] * 4
answer = kinesis.put_records(StreamName="clicks", Records=large)
assert answer["FailedRecordCount"] >= 1
failed = [r for r in answer["Records"] if "ErrorCode" in r]
assert {r["ErrorCode"] for r in failed} == {"ProvisionedThroughputExceededException"}
assert failed[0]["ErrorMessage"].startswith("Rate exceeded for shard shardId-"), failed

kinesis.delete_stream(StreamName="clicks")
kinesis.get_waiter("stream_not_exists").wait(StreamName="clicks", WaiterConfig={"Delay": 1})
print("done")
