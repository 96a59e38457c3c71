#!/bin/bash
# AWS's tutorial of a stream, with the AWS CLI: create, put, iterator, get, describe, delete. cli.sh URL BIN
set -euo pipefail
export AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
url=$1 bin=$2
kinesis() { "$bin/aws" --endpoint-url "$url" --output text kinesis "$@"; }

kinesis create-stream --stream-name Foo --shard-count 1
kinesis wait stream-exists --stream-name Foo
kinesis put-record --stream-name Foo --partition-key 123 --data testdata | grep -q shardId-000000000000
iterator=$(kinesis get-shard-iterator --shard-id shardId-000000000000 --shard-iterator-type TRIM_HORIZON --stream-name Foo)
kinesis get-records --shard-iterator "$iterator" --query 'Records[0].[Data,PartitionKey]' | grep -q "dGVzdGRhdGE=.*123"
kinesis list-streams --query StreamNames | grep -q Foo
kinesis describe-stream-summary --stream-name Foo --query StreamDescriptionSummary.OpenShardCount | grep -qx 1
kinesis delete-stream --stream-name Foo
echo done
