internal import KinesisCore
internal import Units

/// The operations of Data Firehose that are no puts.
extension KinesisService {
  static let deliveryActions: [String: Action] = [
    "CreateDeliveryStream": { s, i, w throws(ServiceError) in try s.createDeliveryStream(i, &w) },
    "DeleteDeliveryStream": { s, i, w throws(ServiceError) in try s.deleteDeliveryStream(i, &w) },
    "DescribeDeliveryStream": { s, i, w throws(ServiceError) in try s.describeDeliveryStream(i, &w) },
    "ListDeliveryStreams": { s, i, w throws(ServiceError) in s.listDeliveryStreams(i, &w) },
    "UpdateDestination": { s, i, w throws(ServiceError) in try s.updateDestination(i, &w) },
    "StartDeliveryStreamEncryption": { s, i, w throws(ServiceError) in try s.updateEncryption(i, isOn: true, &w) },
    "StopDeliveryStreamEncryption": { s, i, w throws(ServiceError) in try s.updateEncryption(i, isOn: false, &w) },
    "TagDeliveryStream": { s, i, w throws(ServiceError) in try s.tagDeliveryStream(i, &w) },
    "UntagDeliveryStream": { s, i, w throws(ServiceError) in try s.untagDeliveryStream(i, &w) },
    "ListTagsForDeliveryStream": { s, i, w throws(ServiceError) in try s.listDeliveryTags(i, &w) },
  ]

  /// The delivery stream that a request means.
  func deliveryStream(_ input: WireInput) throws(ServiceError) -> DeliveryPost {
    let name = input.text("DeliveryStreamName") ?? ""
    guard let id = deliveries.account.id(of: name), let post = deliveries.post(id) else {
      throw .notFound("Firehose \(name) under account \(place.account) not found.")
    }
    return post
  }

  /// The same, of which something is asked that takes an ACTIVE one.
  private mutating func changeable(_ input: WireInput, _ operation: String) throws(ServiceError) -> DeliveryPost {
    try Self.checking { [now] () throws(Refusal) in try deliveries.take(operation, at: now) }
    let post = try deliveryStream(input)
    guard deliveries.account.status(of: post.id, at: now) == .active else {
      throw .inUse("Firehose \(post.name) under account \(place.account) is not ACTIVE.")
    }
    return post
  }

  private static func nothing(_ writer: inout WireWriter) { writer.object { _ in } }

  // MARK: Create and delete

  mutating func createDeliveryStream(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    try Self.checking { [now] () throws(Refusal) in try deliveries.take("CreateDeliveryStream", at: now) }
    let name = input.text("DeliveryStreamName") ?? ""
    guard deliveries.account.id(of: name) == nil else {
      throw .inUse("Firehose \(name) under accountId \(place.account) already exists")
    }
    guard let destination = DestinationNote(input, \.configuration) else {
      throw .invalidArgument("Exactly one destination configuration is supported for a Firehose")
    }
    let (source, stream) = try source(input)
    let tags = try Self.added(Self.pairs(input.structures("Tags")), to: [:], of: "")
    let (place, limits, now) = (place, account.limits, now)
    try deliveries.create(name, at: now) { id throws(ServiceError) in
      let arn = input.structure("KinesisStreamSourceConfiguration")?.text("KinesisStreamARN")
      let plan = try DeliveryPlan(name, place, source, from: arn, destination, version: 1, limits)
      let line = try DeliveryLine(id, 0, plan, limits: limits, at: now)
      var post = DeliveryPost(
        id: id, name: name, created: now, source: input, stream: stream, destination: destination, lines: [line])
      post.encryption = input.structure("DeliveryStreamEncryptionConfigurationInput")
      post.tags = tags
      return post
    }
    writer.object { $0.member("DeliveryStreamARN", place.deliveryStreamARN(name)) }
  }

  /// What CreateDeliveryStream says of the source.
  private func source(_ input: WireInput) throws(ServiceError) -> (DeliveryConfiguration.Source, stream: Int?) {
    let type = input.text("DeliveryStreamType") ?? "DirectPut",
      arn = input.structure("KinesisStreamSourceConfiguration")
    switch type {
    case "KinesisStreamAsSource":
      guard let arn = arn?.text("KinesisStreamARN") else {
        throw .invalidArgument("KinesisStreamSourceConfiguration is required for KinesisStreamAsSource.")
      }
      guard case .stream(let name) = place.resource(arn), let id = try? account.stream(named: name) else {
        throw .invalidArgument("Kinesis stream \(arn) not found.")
      }
      return (.stream(retention: account[id].retention), id)
    case "DirectPut":
      // ThroughputHintInMBs is for information only (API).
      guard arn == nil else {
        throw .invalidArgument("KinesisStreamSourceConfiguration is only for KinesisStreamAsSource.")
      }
      return (.directPut(quota: nil), nil)
    case "MSKAsSource": throw .invalidArgument("weir serve does not read Amazon MSK: MSKSourceConfiguration.")
    default: throw .invalidArgument("AWS ended DatabaseAsSource on 2025-09-24: DatabaseSourceConfiguration.")
    }
  }

  mutating func deleteDeliveryStream(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    try Self.checking { [now] () throws(Refusal) in try deliveries.take("DeleteDeliveryStream", at: now) }
    let post = try deliveryStream(input)
    // There is no grant of a key that could fail to be retired: to force it changes nothing.
    _ = input.isTrue("AllowForceDelete")
    try Self.checking { [now] () throws(Refusal) in try deliveries.delete(post.id, at: now) }
    Self.nothing(&writer)
  }

  // MARK: Changes

  mutating func updateDestination(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let post = try changeable(input, "UpdateDestination")
    guard input.text("CurrentDeliveryStreamVersionId") == "\(post.version)" else {
      throw ServiceError(
        "ConcurrentModificationException",
        "The version \(input.text("CurrentDeliveryStreamVersionId") ?? "") is not the current one, \(post.version).")
    }
    guard input.text("DestinationId") == DestinationNote.id else {
      throw .invalidArgument("Destination \(input.text("DestinationId") ?? "") not found.")
    }
    guard let update = DestinationNote(input, \.update) else {
      throw .invalidArgument("Exactly one destination update is supported for a Firehose")
    }
    let destination = post.destination.updated(by: update)
    let former = post.line.plan.configuration
    let arn = post.source.structure("KinesisStreamSourceConfiguration")?.text("KinesisStreamARN")
    let plan = try DeliveryPlan(
      post.name, place, former.source, from: arn, destination, version: post.version + 1, account.limits)
    guard (plan.configuration.partitioning == nil) == (former.partitioning == nil) else {
      throw .invalidArgument(
        "Dynamic Partitioning is enabled when a Firehose is created, or never, and cannot be disabled.")
    }
    var line = try DeliveryLine(post.id, post.line.number + 1, plan, limits: account.limits, at: now)
    // It reads on where the earlier one stopped, which delivers what it holds.
    for shard in post.line.reading {
      line.open(shard, from: post.line.machine.nextPosition(of: shard) ?? 0, at: now)
    }
    line.pollAt = post.line.pollAt
    deliveries.update(post.id) { [now] post in
      post.line.pollAt = .never
      (post.destination, post.updated) = (destination, now)
      post.version += 1
      post.lines.append(line)
    }
    Self.nothing(&writer)
  }

  mutating func updateEncryption(_ input: WireInput, isOn: Bool, _ writer: inout WireWriter) throws(ServiceError) {
    let post = try changeable(input, isOn ? "StartDeliveryStreamEncryption" : "StopDeliveryStreamEncryption")
    guard post.stream == nil else {
      throw .invalidArgument("Encryption of a KinesisStreamAsSource delivery stream is that of its data stream.")
    }
    let given = input.structure("DeliveryStreamEncryptionConfigurationInput")
    let owned = WireInput(.object([WireMember("KeyType", .text("AWS_OWNED_CMK"))]))
    deliveries.update(post.id) { $0.encryption = isOn ? given ?? owned : nil }
    Self.nothing(&writer)
  }

  // MARK: Tags

  private static func pairs(_ tags: [WireInput]) -> [(key: String, value: String)] {
    tags.map { (key: $0.text("Key") ?? "", value: $0.text("Value") ?? "") }
  }

  mutating func tagDeliveryStream(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    try Self.checking { [now] () throws(Refusal) in try deliveries.take("TagDeliveryStream", at: now) }
    let post = try deliveryStream(input)
    let tags = try Self.added(Self.pairs(input.structures("Tags")), to: post.tags, of: " to firehose \(post.name)")
    deliveries.update(post.id) { $0.tags = tags }
    Self.nothing(&writer)
  }

  mutating func untagDeliveryStream(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    try Self.checking { [now] () throws(Refusal) in try deliveries.take("UntagDeliveryStream", at: now) }
    let post = try deliveryStream(input)
    deliveries.update(post.id) { post in
      for key in input.texts("TagKeys") { post.tags[key] = nil }
    }
    Self.nothing(&writer)
  }

  func listDeliveryTags(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    Self.write(page: input, of: try deliveryStream(input).tags, into: &writer)
  }
}
