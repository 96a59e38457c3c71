internal import KinesisCore
internal import Pricing
internal import Units

/// What delivery streams used of everything that has a price (F§8).
extension Run {
  func addFirehose(_ firehose: Firehose, at instant: Instant, to usage: inout Usage) {
    let scope = "firehose:\(firehose.spec.name)", ledger = firehose.machine.ledger
    usage.add(firehose.spec.ingestItem, scope: scope, Int128(ledger.bytesBilled))
    if firehose.spec.isConverting { usage.add(.firehoseConversion, scope: scope, Int128(ledger.bytesBilled)) }
    if firehose.spec.configuration.partitioning != nil {
      usage.add(.firehosePartitionedData, scope: scope, Int128(ledger.bytesDelivered))
      usage.add(.firehosePartitionedObject, scope: scope, Int128(firehose.delivery.objects))
    }
    addSurroundings(of: firehose, at: instant, to: &usage)
  }

  private func addSurroundings(of firehose: Firehose, at instant: Instant, to usage: inout Usage) {
    let scope = "firehose:\(firehose.spec.name)", zones = Int128(firehose.spec.vpcZones)
    usage.add(.firehoseNetworkHour, scope: scope, zones * Int128((instant - start).nanoseconds))
    if zones > 0 { usage.add(.firehoseNetworkData, scope: scope, Int128(firehose.machine.ledger.bytesDelivered)) }
    usage.add(.s3Put, scope: scope, Int128(firehose.delivery.putRequests))
    usage.add(.s3Storage, scope: scope, firehose.spec.storage(of: firehose.delivery.storedBytes))
    usage.add(.lambdaRequest, scope: scope, Int128(firehose.transform.invocations))
    usage.add(
      .lambdaDuration, scope: scope, FirehoseSpec.transformMemory * Int128(firehose.transform.billedTime.nanoseconds))
  }
}
