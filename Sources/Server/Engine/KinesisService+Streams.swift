internal import KinesisCore
internal import Units

/// CreateStream, DeleteStream, and what changes a stream.
extension KinesisService {
  mutating func createStream(_ input: WireInput) throws(ServiceError) {
    let name = input.text("StreamName") ?? ""
    let tags = try Self.newTags(input)
    let size = input.integer("MaxRecordSizeInKiB").map { Bytes.kibibytes($0) } ?? .mebibytes(1)
    let distribution = Self.distribution(input) ?? .userPartitionKey
    let mode = Self.mode(input.structure("StreamModeDetails")) ?? .provisioned
    try Self.checking { () throws(Refusal) in try distribution.check(mode, of: name) }
    let request: Request
    switch mode {
    case .onDemand:
      guard !input.has("ShardCount") else {
        throw .validation("ShardCount must not be specified for a stream in On-Demand mode.")
      }
      let settings = OnDemandSettings(
        warmThroughput: input.integer("WarmThroughputMiBps") ?? 0, distribution: distribution)
      request = .createOnDemandStream(name, settings, maxRecord: size, retention: .hours(24))
    case .provisioned:
      guard let shards = input.integer("ShardCount") else {
        throw .validation("ShardCount must be specified for a stream in Provisioned mode.")
      }
      guard !input.has("WarmThroughputMiBps") else {
        throw .validation("Warm throughput is for streams in On-Demand mode.")
      }
      request = .createStream(name, shards: Int(shards), maxRecord: size, retention: .hours(24))
    }
    guard (try? account.stream(named: name)) == nil else {
      throw .inUse("Stream \(name) under account \(place.account) already exists.")
    }
    guard case .made(let id) = try ask(request) else { return }
    directory.add(stream: id, named: name, at: now)
    directory[id].labels.tags = tags
  }

  /// AWS's StreamModeDetails.
  static func mode(_ details: WireInput?) -> StreamMode? {
    details.flatMap { $0.text("StreamMode") }.map { $0 == "ON_DEMAND" ? .onDemand : .provisioned }
  }

  /// AWS's RecordDistributionStrategy.
  static func distribution(_ input: WireInput) -> RecordDistribution? {
    input.text("RecordDistributionStrategy").map { $0 == "AUTO" ? .auto : .userPartitionKey }
  }

  mutating func deleteStream(_ input: WireInput) throws(ServiceError) {
    let id = try stream(input)
    let consumers: Request.ConsumerDeletion = input.isTrue("EnforceConsumerDeletion") ? .enforced : .refused
    _ = try ask(.deleteStream(account[id].name, consumers: consumers), of: id)
    leave(id)
  }

  mutating func splitShard(_ input: WireInput) throws(ServiceError) {
    let id = try stream(input)
    let shard = try shard(input.text("ShardToSplit"), of: id)
    guard let key = input.text("NewStartingHashKey").flatMap(HashKey.init(explicit:)) else {
      throw .invalidArgument("NewStartingHashKey is not in the range: [0, 2^128-1].")
    }
    try ask(.splitShard(shard, at: key), of: id)
  }

  mutating func mergeShards(_ input: WireInput) throws(ServiceError) {
    let id = try stream(input)
    let lower = try shard(input.text("ShardToMerge"), of: id)
    try ask(.mergeShards(lower, with: try shard(input.text("AdjacentShardToMerge"), of: id)), of: id)
  }

  /// A shard of a stream by its name.
  func shard(_ text: String?, of stream: Int) throws(ServiceError) -> ShardID {
    let text = text ?? "", name = account[stream].name
    guard let shard = ShardID(text), account[stream].shards.indices.contains(shard.index) else {
      throw .notFound("Could not find shard \(text) in stream \(name) under account \(place.account).")
    }
    return shard
  }

  /// ScalingType has one value, which its shape checks.
  mutating func updateShardCount(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let id = try stream(input)
    let (target, current) = (input.integer("TargetShardCount") ?? 0, account[id].openShardCount)
    _ = input.text("ScalingType")
    try ask(.updateShardCount(target: Int(target)), of: id)
    writer.object { writer in
      writer.member("StreamName", account[id].name)
      writer.member("CurrentShardCount", current)
      writer.member("TargetShardCount", target)
      writer.member("StreamARN", place.streamARN(account[id].name))
    }
  }

  mutating func updateRetention(_ input: WireInput, isIncrease: Bool) throws(ServiceError) {
    let hours = input.integer("RetentionPeriodHours") ?? 0
    try ask(isIncrease ? .increaseRetention(hours: hours) : .decreaseRetention(hours: hours), of: try stream(input))
  }

  mutating func updateMode(_ input: WireInput) throws(ServiceError) {
    let id = try stream(input)
    let mode = Self.mode(input.structure("StreamModeDetails")) ?? .provisioned
    try ask(.updateMode(mode, warmThroughput: input.integer("WarmThroughputMiBps") ?? 0), of: id)
  }

  mutating func updateWarmThroughput(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let id = try stream(input)
    try ask(.updateWarmThroughput(input.integer("WarmThroughputMiBps") ?? 0), of: id)
    writer.object { writer in
      writer.member("StreamARN", place.streamARN(account[id].name))
      writer.member("StreamName", account[id].name)
      writer.member("WarmThroughput") { [warm = account[id].warmThroughput] in Self.write(warm, into: &$0) }
    }
  }

  mutating func updateMaxRecordSize(_ input: WireInput) throws(ServiceError) {
    try ask(.updateMaxRecord(.kibibytes(input.integer("MaxRecordSizeInKiB") ?? 0)), of: try stream(input))
  }

  mutating func updateDistribution(_ input: WireInput) throws(ServiceError) {
    try ask(.updateDistribution(Self.distribution(input) ?? .userPartitionKey), of: try stream(input))
  }

  /// There is no KMS: the key is kept and told, and nothing is encrypted.
  mutating func startEncryption(_ input: WireInput) throws(ServiceError) {
    let id = try stream(input)
    try Self.requireKMS(input)
    try ask(.updateEncryption(key: input.text("KeyId")), of: id)
  }

  mutating func stopEncryption(_ input: WireInput) throws(ServiceError) {
    let id = try stream(input)
    try Self.requireKMS(input)
    guard let key = account[id].encryptionKey, key == input.text("KeyId") else {
      throw .invalidArgument("Stream \(account[id].name) is not encrypted with that key.")
    }
    try ask(.updateEncryption(key: nil), of: id)
  }

  private static func requireKMS(_ input: WireInput) throws(ServiceError) {
    guard input.text("EncryptionType") == "KMS" else { throw .invalidArgument("EncryptionType must be KMS.") }
  }

  private static let allMetrics = [
    "IncomingBytes", "IncomingRecords", "OutgoingBytes", "OutgoingRecords", "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded", "IteratorAgeMilliseconds",
  ]

  mutating func updateMonitoring(
    _ input: WireInput, isOn: Bool, _ writer: inout WireWriter
  ) throws(ServiceError) {
    let id = try stream(input)
    let asked = input.texts("ShardLevelMetrics"), named = asked.contains("ALL") ? Self.allMetrics : asked
    let before = directory[id].metrics
    let after = Self.allMetrics.filter {
      isOn ? before.contains($0) || named.contains($0) : before.contains($0) && !named.contains($0)
    }
    directory[id].metrics = after
    writer.object { writer in
      writer.member("StreamName", account[id].name)
      writer.member("CurrentShardLevelMetrics", texts: before)
      writer.member("DesiredShardLevelMetrics", texts: after)
      writer.member("StreamARN", place.streamARN(account[id].name))
    }
  }

  mutating func updateAccountSettings(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let status = input.structure("MinimumThroughputBillingCommitment")?.text("Status")
    _ = try ask(.updateAccountSettings(commitment: status == "ENABLED" ? .enabled : .disabled))
    describeAccountSettings(&writer)
  }
}
