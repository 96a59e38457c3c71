internal import KinesisCore

/// Tags and resource policies: kept, told, and checked as AWS does; they decide nothing.
extension KinesisService {
  /// The most tags of one thing (facts §4).
  private static let mostTags = 50

  /// The Tags of something new.
  static func newTags(_ input: WireInput) throws(ServiceError) -> [String: String] {
    try added(input.map("Tags"), to: [:], of: "")
  }

  static func added(
    _ tags: [(key: String, value: String)], to known: [String: String], of thing: String
  ) throws(ServiceError) -> [String: String] {
    guard tags.allSatisfy({ isPlain($0.key) && isPlain($0.value) }) else {
      throw .invalidArgument(
        "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @."
      )
    }
    let all = tags.reduce(into: known) { $0[$1.key] = $1.value }
    guard all.count <= mostTags else {
      throw .invalidArgument(
        "Failed to add tags\(thing): it cannot have more than \(mostTags) tags associated with it.")
    }
    return all
  }

  private static func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      let properties = scalar.properties
      return properties.isAlphabetic || properties.numericType != nil || properties.isWhitespace
        || "_./=+-%@:".unicodeScalars.contains(scalar)
    }
  }

  // MARK: Streams by name

  mutating func addTags(_ input: WireInput) throws(ServiceError) {
    let id = try stream(input)
    directory[id].labels.tags = try Self.added(
      input.map("Tags"), to: directory[id].labels.tags,
      of: " to stream \(account[id].name) under account \(place.account)")
  }

  mutating func removeTags(_ input: WireInput) throws(ServiceError) {
    let id = try stream(input)
    for key in input.texts("TagKeys") { directory[id].labels.tags[key] = nil }
  }

  func listTags(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    Self.write(page: input, of: directory[try stream(input)].labels.tags, into: &writer)
  }

  /// Tags behind ExclusiveStartTagKey, as many as Limit says.
  static func write(page input: WireInput, of tags: [String: String], into writer: inout WireWriter) {
    let tags = sorted(tags)
    let rest = tags.drop { tag in input.text("ExclusiveStartTagKey").map { tag.key <= $0 } ?? false }
    let shown = rest.prefix(Int(input.integer("Limit") ?? Int64(mostTags)))
    writer.object { writer in
      write(shown, into: &writer)
      writer.member("HasMoreTags", shown.count < rest.count)
    }
  }

  private static func sorted(_ tags: [String: String]) -> [(key: String, value: String)] {
    tags.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
  }

  private static func write(_ tags: some Sequence<(key: String, value: String)>, into writer: inout WireWriter) {
    writer.member("Tags", list: tags) { writer, tag in
      writer.object { writer in
        writer.member("Key", tag.key)
        writer.member("Value", tag.value)
      }
    }
  }

  // MARK: Anything with an ARN

  /// What ResourceARN names.
  private enum Labelled {
    case stream(Int)
    case consumer(ConsumerPlace)
    case queue(Directory.QueueNote)
    case channel(ChannelPost)
  }

  private func labelled(_ input: WireInput) throws(ServiceError) -> Labelled {
    let arn = input.text("ResourceARN") ?? ""
    switch place.resource(arn) {
    case .stream(let name): return .stream(try stream(named: name))
    case .consumer: return .consumer(try consumer(arn: arn))
    case .queue: return .queue(try queue(WireInput(.object([WireMember("QueueARN", .text(arn))]))))
    case .channel: return .channel(try channel(WireInput(.object([WireMember("ChannelARN", .text(arn))]))))
    case nil: throw .notFound("Resource \(arn) not found.")
    }
  }

  /// The name of the queue that ResourceARN names, whose tags the core keeps; nil of anything else.
  private func queueName(_ input: WireInput) throws(ServiceError) -> String? {
    guard case .queue(let note) = try labelled(input) else { return nil }
    return note.name
  }

  private func labels(_ input: WireInput) throws(ServiceError) -> Directory.Labels {
    switch try labelled(input) {
    case .stream(let id): directory[id].labels
    case .consumer(let consumer): directory[consumer.stream].consumers[consumer.position]?.labels ?? Directory.Labels()
    case .queue(let note): note.labels
    case .channel(let post): post.labels
    }
  }

  private mutating func set(_ labels: Directory.Labels, of input: WireInput) throws(ServiceError) {
    switch try labelled(input) {
    case .stream(let id): directory[id].labels = labels
    case .consumer(let consumer): directory[consumer.stream].consumers[consumer.position]?.labels = labels
    case .queue(let note): directory.label(queue: note.id, labels)
    case .channel(let post): channels.update(post.id) { $0.labels = labels }
    }
  }

  mutating func tagResource(_ input: WireInput) throws(ServiceError) {
    if let queue = try queueName(input) {
      _ = try ask(.queue(queue, .tag(input.map("Tags").map { ResourceTag($0.key, $0.value) })))
      return
    }
    var labels = try labels(input)
    labels.tags = try Self.added(input.map("Tags"), to: labels.tags, of: " to \(input.text("ResourceARN") ?? "")")
    try set(labels, of: input)
  }

  mutating func untagResource(_ input: WireInput) throws(ServiceError) {
    if let queue = try queueName(input) {
      _ = try ask(.queue(queue, .untag(input.texts("TagKeys"))))
      return
    }
    var labels = try labels(input)
    for key in input.texts("TagKeys") { labels.tags[key] = nil }
    try set(labels, of: input)
  }

  mutating func listResourceTags(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    var tags = Self.sorted(try labels(input).tags)
    if let queue = try queueName(input), case .queue(.tags(let kept)) = try ask(.queue(queue, .listTags)) {
      tags = kept.map { ($0.key, $0.value) }
    }
    writer.object { Self.write(tags, into: &$0) }
  }

  /// That it is a JSON object is all that is checked of a policy.
  mutating func putPolicy(_ input: WireInput) throws(ServiceError) {
    var labels = try labels(input)
    let policy = input.text("Policy") ?? ""
    guard case .object? = JSONReader.read(Array(policy.utf8)) else {
      throw .validation("The policy is not a JSON object.")
    }
    labels.policy = policy
    try set(labels, of: input)
  }

  func getPolicy(_ input: WireInput, _ writer: inout WireWriter) throws(ServiceError) {
    let policy = try labels(input).policy ?? "{}"
    writer.object { $0.member("Policy", policy) }
  }

  mutating func deletePolicy(_ input: WireInput) throws(ServiceError) {
    var labels = try labels(input)
    guard labels.policy != nil else { throw .notFound("\(input.text("ResourceARN") ?? "") has no resource policy.") }
    labels.policy = nil
    try set(labels, of: input)
  }
}
