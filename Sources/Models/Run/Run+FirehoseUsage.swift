internal import KinesisCore
internal import Pricing
internal import Units

/// What delivery streams used of everything that has a price (F§8).
extension Run {
  /// MiB of memory of a transform's function: Lambda's default. Nothing in a scenario says otherwise.
  private static var transformMemory: Int128 { 128 }

  func addFirehose(_ firehose: Firehose, at instant: Instant, to usage: inout Usage) {
    let scope = "firehose:\(firehose.spec.name)", ledger = firehose.machine.ledger
    usage.add(ingestItem(of: firehose.spec), scope: scope, Int128(ledger.bytesBilled))
    switch firehose.spec.configuration.format {
    case .raw: break
    case .parquet, .orc: usage.add(.firehoseConversion, scope: scope, Int128(ledger.bytesBilled))
    }
    if firehose.spec.configuration.partitioning != nil {
      usage.add(.firehosePartitionedData, scope: scope, Int128(ledger.bytesDelivered))
      usage.add(.firehosePartitionedObject, scope: scope, Int128(firehose.delivery.objects))
    }
    addSurroundings(of: firehose, at: instant, to: &usage)
  }

  /// Snowflake and Iceberg have a price of their own for each GB taken in (F§8), which stands in place of the usual one.
  private func ingestItem(of spec: FirehoseSpec) -> PriceItem {
    switch spec.configuration.destination {
    case .snowflake: .firehoseSnowflake
    case .iceberg: .firehoseIceberg
    case .s3, .redshift, .openSearch, .splunk, .http: spec.stream == nil ? .firehoseDirectPut : .firehoseStream
    }
  }

  private func addSurroundings(of firehose: Firehose, at instant: Instant, to usage: inout Usage) {
    let scope = "firehose:\(firehose.spec.name)", zones = Int128(firehose.spec.vpcZones)
    usage.add(.firehoseNetworkHour, scope: scope, zones * Int128((instant - start).nanoseconds))
    if zones > 0 { usage.add(.firehoseNetworkData, scope: scope, Int128(firehose.machine.ledger.bytesDelivered)) }
    usage.add(.s3Put, scope: scope, Int128(firehose.delivery.putRequests))
    usage.add(.lambdaRequest, scope: scope, Int128(firehose.transform.invocations))
    usage.add(
      .lambdaDuration, scope: scope, Self.transformMemory * Int128(firehose.transform.time.nanoseconds))
  }
}
