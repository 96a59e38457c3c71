/// Something that has a price. Its raw value is what bills, `weir prices` and price files call it.
public enum PriceItem: String, Sendable, Hashable, Codable, CaseIterable {
  // Kinesis Data Streams, provisioned.
  case shardHour = "kinesis.shard_hour"
  case putPayloadUnit = "kinesis.put_payload_unit"
  case extendedRetention = "kinesis.extended_retention_shard_hour"
  case longTermRetention = "kinesis.long_term_retention"
  case longTermRetrieval = "kinesis.long_term_retrieval"
  case fanOutHour = "kinesis.fan_out_consumer_shard_hour"
  case fanOutData = "kinesis.fan_out_data"
  // Kinesis Data Streams, on-demand Standard.
  case onDemandStreamHour = "kinesis.on_demand.stream_hour"
  case onDemandDataIn = "kinesis.on_demand.data_in"
  case onDemandDataOut = "kinesis.on_demand.data_out"
  case onDemandFanOut = "kinesis.on_demand.fan_out_data"
  case onDemandRetention = "kinesis.on_demand.extended_retention"
  // Kinesis Data Streams, on-demand Advantage.
  case advantageDataIn = "kinesis.advantage.data_in"
  case advantageDataOut = "kinesis.advantage.data_out"
  case advantageFanOut = "kinesis.advantage.fan_out_data"
  case advantageRetention = "kinesis.advantage.extended_retention"
  /// A delivery channel of 2026 to S3: nobody has published its price.
  case deliveryChannel = "kinesis.delivery_channel_data"
  /// A delivery channel to a streaming table of S3 Tables.
  case tableChannel = "kinesis.delivery_channel_table_data"
  /// Bytes that receives of a queue gave, each receipt counted: nobody has published its price.
  case queueData = "kinesis.queue_data"
  // Data Firehose.
  case firehoseDirectPut = "firehose.ingest_direct_put"
  case firehoseStream = "firehose.ingest_kinesis"
  case firehoseKafka = "firehose.ingest_msk"
  case firehoseVendedLogs = "firehose.ingest_vended_logs"
  case firehoseConversion = "firehose.format_conversion"
  case firehosePartitionedData = "firehose.dynamic_partitioning_data"
  case firehosePartitionedObject = "firehose.dynamic_partitioning_object"
  case firehoseQueryHour = "firehose.jq_hour"
  case firehoseNetworkData = "firehose.vpc_data"
  case firehoseNetworkHour = "firehose.vpc_az_hour"
  case firehoseSnowflake = "firehose.snowflake_data"
  /// For Iceberg tables, from a stream; and by Direct PUT.
  case firehoseIceberg = "firehose.iceberg_data"
  case firehoseIcebergPut = "firehose.iceberg_direct_put_data"
  // What stands beside them.
  case s3Put = "s3.put_request"
  case s3Get = "s3.get_request"
  case s3Storage = "s3.standard_storage"
  case lambdaRequest = "lambda.request"
  case lambdaDuration = "lambda.duration_x86"
  case flinkHour = "flink.kpu_hour"
  case flinkStorage = "flink.running_storage"
  case flinkBackup = "flink.durable_backup"
  /// The discontinued SQL applications: no source for their price was found.
  case sqlHour = "kinesis_sql.kpu_hour"
  case videoIn = "kinesis_video.data_in"
  case videoOut = "kinesis_video.data_out"
  case videoPlayback = "kinesis_video.hls_data"
  case videoStorage = "kinesis_video.storage"
  /// The KCL's lease table: writes of at most 1 KiB, and reads of at most 4 KiB (two when eventually consistent).
  case leaseWrite = "dynamodb.write_request"
  case leaseRead = "dynamodb.read_request"
  /// Shard-level metrics, which CloudWatch charges as custom ones (kinesis facts §8).
  case shardMetric = "cloudwatch.custom_metric"
  /// A call on an SQS queue, each 64 KiB of its messages: Standard, FIFO.
  case sqsStandard = "sqs.standard_request"
  case sqsFIFO = "sqs.fifo_request"
}
