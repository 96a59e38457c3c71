internal import KinesisCore
internal import Units

/// DescribeDeliveryStream and ListDeliveryStreams.
extension KinesisService {
  func describeDeliveryStream(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let post = try deliveryStream(input)
    let status = deliveries.account.status(of: post.id, at: now)
    // A delivery stream has one destination: the page begins behind it or has it.
    let isBehind = input.text("ExclusiveStartDestinationId").map { $0 >= DestinationNote.id } ?? false
    _ = input.integer("Limit")
    let machine = post.line.machine
    let hints = WireValue.hints(
      size: machine.bufferSize.count >> 20, interval: machine.bufferInterval.nanoseconds / 1_000_000_000)
    writer.object { writer in
      writer.member("DeliveryStreamDescription") { writer in
        writer.member("DeliveryStreamName", post.name)
        writer.member("DeliveryStreamARN", place.deliveryStreamARN(post.name))
        writer.member("DeliveryStreamStatus", status.rawValue)
        Self.writeEncryption(post, into: &writer)
        writer.member("DeliveryStreamType", post.source.text("DeliveryStreamType") ?? "DirectPut")
        writer.member("VersionId", "\(post.version)")
        writer.member("CreateTimestamp", post.created)
        writer.member("LastUpdateTimestamp", post.updated)
        writeSource(post, into: &writer)
        writer.name("Destinations")
        writer.list { if !isBehind { $0.write(post.destination.description(hints: hints)) } }
        writer.member("HasMoreDestinations", false)
      }
    }
  }

  private static func writeEncryption(_ post: DeliveryPost, into writer: inout WireWriter) {
    guard post.stream == nil else { return }
    writer.member("DeliveryStreamEncryptionConfiguration") { writer in
      writer.member("KeyARN", post.encryption?.text("KeyARN"))
      writer.member("KeyType", post.encryption?.text("KeyType"))
      writer.member("Status", post.encryption == nil ? "DISABLED" : "ENABLED")
    }
  }

  private func writeSource(_ post: DeliveryPost, into writer: inout WireWriter) {
    let stream = post.source.structure("KinesisStreamSourceConfiguration")
    let hint = post.source.structure("DirectPutSourceConfiguration")?.integer("ThroughputHintInMBs")
    guard stream != nil || hint != nil else { return }
    writer.member("Source") { writer in
      if let hint {
        writer.member("DirectPutSourceDescription") { $0.member("ThroughputHintInMBs", hint) }
      }
      if let stream {
        writer.member("KinesisStreamSourceDescription") { writer in
          writer.member("KinesisStreamARN", stream.text("KinesisStreamARN"))
          writer.member("RoleARN", stream.text("RoleARN"))
          writer.member("DeliveryStartTimestamp", deliveries.account.times(of: post.id).active)
        }
      }
    }
  }

  func listDeliveryStreams(_ input: WireInput, _ writer: inout WireWriter) {
    let type = input.text("DeliveryStreamType"), start = input.text("ExclusiveStartDeliveryStreamName")
    let posts = deliveries.ids.compactMap { deliveries.post($0) }
    let names = posts.filter { type == nil || ($0.source.text("DeliveryStreamType") ?? "DirectPut") == type }
      .map(\.name).sorted().filter { name in start.map { name > $0 } ?? true }
    let shown = names.prefix(Int(input.integer("Limit") ?? 10))
    writer.object { writer in
      writer.member("DeliveryStreamNames", texts: Array(shown))
      writer.member("HasMoreDeliveryStreams", shown.count < names.count)
    }
  }
}
