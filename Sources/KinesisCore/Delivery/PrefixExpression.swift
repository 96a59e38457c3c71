internal import Units

/// A piece of a prefix: text as it is, or something that is written in its place (F§3.4).
enum PrefixExpression: Sendable, Hashable {
  case literal(String)
  /// `!{timestamp:…}`: a pattern of Java's DateTimeFormatter.
  case timestamp(String)
  /// `!{firehose:random-string}`
  case randomString
  /// `!{firehose:error-output-type}`
  case errorOutputType
  /// `!{partitionKeyFromQuery:…}` or `!{partitionKeyFromLambda:…}`
  case partitionKey(String)
  /// Anything else in `!{…}`, which AWS refuses.
  case unknown(String)

  var isLiteral: Bool {
    switch self {
    case .literal: true
    case .timestamp, .randomString, .errorOutputType, .partitionKey, .unknown: false
    }
  }

  /// Cuts a prefix into its pieces. An expression that is not closed is unknown.
  static func read(_ prefix: String) -> [PrefixExpression] {
    var pieces: [PrefixExpression] = []
    var literal = ""
    var rest = prefix[...]
    while let first = rest.first {
      guard rest.hasPrefix("!{") else {
        literal.append(first)
        rest.removeFirst()
        continue
      }
      if !literal.isEmpty { pieces.append(.literal(literal)) }
      literal = ""
      let end = rest.firstIndex(of: "}") ?? rest.endIndex
      let isClosed = end < rest.endIndex
      pieces.append(isClosed ? expression(rest.dropFirst(2)[..<end]) : .unknown(String(rest)))
      rest = isClosed ? rest[rest.index(after: end)...] : ""
    }
    return literal.isEmpty ? pieces : pieces + [.literal(literal)]
  }

  private static func expression(_ inner: Substring) -> PrefixExpression {
    let parts = inner.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[1].isEmpty else { return .unknown(String(inner)) }
    switch (parts[0], parts[1]) {
    case ("timestamp", let pattern): return .timestamp(pattern)
    case ("firehose", "random-string"): return .randomString
    case ("firehose", "error-output-type"): return .errorOutputType
    case ("partitionKeyFromQuery", let key), ("partitionKeyFromLambda", let key): return .partitionKey(key)
    case (_, _): return .unknown(String(inner))
    }
  }

  /// Writes the pieces; each random string is a new one, all timestamps tell the same instant.
  static func render(
    _ pieces: [PrefixExpression], _ time: Instant, _ parts: ObjectKeyParts, output: ErrorOutput?,
    offset: Interval = .zero
  ) -> String {
    var drawn = 0
    return pieces.map { piece in
      switch piece {
      case .literal(let text), .unknown(let text): return text
      case .timestamp(let pattern): return TimestampPattern.render(pattern, time, offset: offset)
      case .errorOutputType: return output?.word ?? ""
      case .partitionKey(let name): return parts.partitionKeys[name] ?? ""
      case .randomString:
        defer { drawn += 1 }
        return parts.randomStrings.isEmpty ? "" : parts.randomStrings[drawn % parts.randomStrings.count]
      }
    }.joined()
  }
}

extension ObjectNaming {
  /// What AWS refuses of it, for this configuration (F§3.4).
  func flaws(_ configuration: DeliveryConfiguration) -> [DeliveryFlaw] {
    prefixFlaws(configuration) + errorPrefixFlaws(configuration) + extensionFlaws + timeZoneFlaws
  }

  private func prefixFlaws(_ configuration: DeliveryConfiguration) -> [DeliveryFlaw] {
    let pieces = PrefixExpression.read(prefix)
    var reasons = Self.reasons(pieces, in: "Prefix")
    let isPartitioned = configuration.partitioning != nil
    let hasKeys = pieces.contains { if case .partitionKey = $0 { true } else { false } }
    if pieces.contains(.errorOutputType) {
      reasons.append("Prefix cannot contain !{firehose:error-output-type}.")
    }
    if hasKeys, !isPartitioned {
      reasons.append("Prefix cannot contain partition key expressions when Dynamic Partitioning is not enabled.")
    }
    if isPartitioned, !hasKeys {
      reasons.append("Prefix must contain a partition key expression when Dynamic Partitioning is enabled.")
    }
    if configuration.destination == .redshift, pieces.contains(where: { !$0.isLiteral }) {
      reasons.append("Prefix cannot contain expressions for Redshift.")
    }
    return reasons.map { DeliveryFlaw(.prefix, $0) }
  }

  private func errorPrefixFlaws(_ configuration: DeliveryConfiguration) -> [DeliveryFlaw] {
    let pieces = PrefixExpression.read(errorPrefix ?? "")
    var reasons = Self.reasons(pieces, in: "ErrorOutputPrefix")
    let hasExpressions = pieces.contains { !$0.isLiteral }
    if pieces.contains(where: { if case .partitionKey = $0 { true } else { false } }) {
      reasons.append("ErrorOutputPrefix cannot contain partition key expressions.")
    }
    if hasExpressions, !pieces.contains(.errorOutputType) {
      reasons.append("ErrorOutputPrefix with expressions must contain !{firehose:error-output-type}.")
    }
    if errorPrefix == nil, configuration.partitioning != nil {
      reasons.append("ErrorOutputPrefix cannot be null when Dynamic Partitioning is enabled.")
    } else if errorPrefix == nil, PrefixExpression.read(prefix).contains(where: { !$0.isLiteral }) {
      reasons.append("ErrorOutputPrefix cannot be null when Prefix contains expressions.")
    }
    return reasons.map { DeliveryFlaw(.errorPrefix, $0) }
  }

  private static func reasons(_ pieces: [PrefixExpression], in name: String) -> [String] {
    var reasons = pieces.compactMap { piece -> String? in
      switch piece {
      case .unknown(let text): "\(name) contains an expression that does not exist: \(text)."
      case .timestamp(let pattern) where !TimestampPattern.isKnown(pattern):
        "\(name) contains a timestamp pattern that weir does not know: \(pattern)."
      case .literal, .timestamp, .randomString, .errorOutputType, .partitionKey: nil
      }
    }
    let sample = ObjectKeyParts(uuid: "", randomStrings: ["01234567890"])
    if PrefixExpression.render(pieces, .epoch, sample, output: .processingFailed).count > 512 {
      reasons.append("\(name) must not exceed 512 characters when it is evaluated.")
    }
    return reasons
  }

  private var extensionFlaws: [DeliveryFlaw] {
    guard let fileExtension else { return [] }
    let allowed = "0123456789abcdefghijklmnopqrstuvwxyz!-_.*'()"
    guard fileExtension.hasPrefix("."), (2...128).contains(fileExtension.utf8.count),
      fileExtension.allSatisfy({ allowed.contains($0) })
    else {
      return [DeliveryFlaw(.fileExtension, "FileExtension must match \\.[0-9a-z!\\-_.*'()]+, 128 characters at most.")]
    }
    return []
  }

  private var timeZoneFlaws: [DeliveryFlaw] {
    guard timeZone.nanoseconds % 60_000_000_000 == 0, timeZone >= .hours(-18), timeZone <= .hours(18) else {
      return [DeliveryFlaw(.timeZone, "An offset is whole minutes, 18 hours at most.")]
    }
    return []
  }
}
