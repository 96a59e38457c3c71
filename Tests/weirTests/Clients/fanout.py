"""Enhanced fan-out with boto3: events are pushed while the subscription is open; another one takes over."""
import threading
from common import *

kinesis = client()
kinesis.create_stream(StreamName="pushed", ShardCount=1)
arn = active(kinesis, "pushed")
consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="reader")["Consumer"]["ConsumerARN"]
until(lambda: kinesis.describe_stream_consumer(ConsumerARN=consumer)["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE",
      "the consumer becomes ACTIVE")


def subscribe(**start):
    return kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId="shardId-000000000000", StartingPosition=start)["EventStream"]


def read(events, count):
    rows = []
    for event in events:
        event = event["SubscribeToShardEvent"]
        rows += event["Records"]
        if len(rows) >= count:
            return rows, event["ContinuationSequenceNumber"]
    raise AssertionError(f"the stream of events ended after {len(rows)} records")


events = subscribe(Type="LATEST")
writer = client()
threading.Thread(target=lambda: [writer.put_record(StreamName="pushed", Data=b"%d" % i, PartitionKey="k") for i in range(20)]).start()
rows, continuation = read(events, 20)
assert [r["Data"] for r in rows] == [b"%d" % i for i in range(20)], rows
assert continuation == rows[-1]["SequenceNumber"]
text = refused(kinesis.subscribe_to_shard, "ResourceInUseException", ConsumerARN=consumer, ShardId="shardId-000000000000",
               StartingPosition={"Type": "LATEST"})
events.close()

# The subscription that takes over reads on where the other one stood; the first call within five seconds is refused.
writer.put_record(StreamName="pushed", Data=b"more", PartitionKey="k")
while True:
    try:
        events = subscribe(Type="AFTER_SEQUENCE_NUMBER", SequenceNumber=continuation)
        break
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ResourceInUseException", error
        time.sleep(0.1)
rows, _ = read(events, 1)
assert [r["Data"] for r in rows] == [b"more"], rows

# The end of a shard ends the events, and names the children.
kinesis.split_shard(StreamName="pushed", ShardToSplit="shardId-000000000000", NewStartingHashKey="4096")
last = [event["SubscribeToShardEvent"] for event in events][-1]
assert [c["ShardId"][-1] for c in last["ChildShards"]] == ["1", "2"], last
print("done")
