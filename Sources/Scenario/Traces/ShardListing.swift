internal import Experiment
public import KinesisCore
internal import Models

/// The shards of a stream as `aws kinesis list-shards` or `describe-stream` prints them.
public struct ShardListing: Sendable, Hashable {
  /// A shard and its part of the ring.
  public struct Shard: Sendable, Hashable {
    /// AWS's ShardId.
    public var id: String
    /// AWS's HashKeyRange.
    public var range: HashKeyRange

    /// A shard of a range.
    public init(id: String, range: HashKeyRange) { (self.id, self.range) = (id, range) }
  }

  /// Those that are open, in the order of the ring: together the whole of it.
  public let open: [Shard]
  /// The ids of those that were split or merged away.
  public let closed: [String]

  /// The most shards of an answer.
  private static let most = 40_000

  /// A listing of open shards, in the order of the ring.
  public init(open: [Shard], closed: [String] = []) { (self.open, self.closed) = (open, closed) }

  /// Whether a document is such an answer.
  static func isKnown(_ root: ConfigNode) -> Bool { list(of: root) != nil }

  private static func list(of root: ConfigNode) -> ConfigNode? { (root["StreamDescription"] ?? root)["Shards"] }

  /// Reads an answer; nil when something was reported.
  init?(_ root: ConfigNode, sink: Sink) {
    let whole = Field(node: root, path: "", sink: sink)
    guard let node = Self.list(of: root) else {
      whole.fail(expected: "Shards, as aws kinesis list-shards prints them")
      return nil
    }
    let field = Field(node: node, path: "Shards", sink: sink)
    guard let items = field.list(atMost: Self.most) else { return nil }
    var open: [Shard] = [], closed: [String] = []
    for item in items {
      guard let (shard, isOpen) = Self.shard(item) else { return nil }
      if isOpen { open.append(shard) } else { closed.append(shard.id) }
    }
    open.sort { $0.range.start < $1.range.start }
    guard HashKeyRange.arePartition(open.map(\.range)) else {
      let gap = zip(open, open.dropFirst()).first { !$0.range.isFollowed(by: $1.range) }
      field.refuse(
        "the open shards' ranges are not the whole ring"
          + (gap.map { ": behind \($0.id) comes \($1.id) with a gap or an overlap" } ?? ""),
        remedy: "list the shards again, all pages of them")
      return nil
    }
    self.init(open: open, closed: closed)
  }

  private static func shard(_ field: Field) -> (shard: Shard, isOpen: Bool)? {
    guard var fields = field.map(expecting: "a shard with ShardId and HashKeyRange"),
      let id = fields.require("ShardId", expecting: "a shard's id")?.string(),
      var range = fields.require("HashKeyRange", expecting: "a range of hash keys")?.map(),
      let start = key(range.require("StartingHashKey", expecting: keyWords)),
      let end = key(range.require("EndingHashKey", expecting: keyWords))
    else { return nil }
    guard start <= end else {
      field.refuse("the range of \(id) ends before it starts")
      return nil
    }
    let numbers = fields.take("SequenceNumberRange")?.node["EndingSequenceNumber"]
    return (Shard(id: id, range: HashKeyRange(start, end)), numbers == nil || numbers?.isNull == true)
  }

  private static let keyWords = "a hash key, 0 to 2^128 - 1"

  private static func key(_ field: Field?) -> HashKey? {
    guard let field else { return nil }
    if let text = field.text, text.utf8.count <= 39, let value = UInt128(text) { return HashKey(value) }
    field.fail(expected: keyWords)
    return nil
  }
}

extension TraceStore {
  /// The open shards of the JSON file a field names, in the order of the ring; nil when something was reported.
  func shards(_ field: Field, base: String) -> ShardListing? {
    guard let (path, bytes) = file(field, base: base, expecting: "the path of what aws kinesis list-shards printed"),
      let text = SourceText.decode(bytes, file: path, sink: sink)
    else { return nil }
    return YAMLSource.tree(text, file: path, sink: sink, budget: .export).flatMap { ShardListing($0, sink: sink) }
  }
}
