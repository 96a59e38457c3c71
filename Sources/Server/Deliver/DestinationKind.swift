internal import KinesisCore

/// AWS's kinds of destinations, by what the API calls them.
enum DestinationKind: String, Sendable, Hashable, CaseIterable {
  // The plain one last, as the extended one has all that it has.
  case extendedS3 = "ExtendedS3"
  case s3 = "S3"
  case redshift = "Redshift"
  case elasticsearch = "Elasticsearch"
  case openSearch = "Amazonopensearchservice"
  case openSearchServerless = "AmazonOpenSearchServerless"
  case splunk = "Splunk"
  case httpEndpoint = "HttpEndpoint"
  case snowflake = "Snowflake"
  case iceberg = "Iceberg"

  /// The members that say it: of CreateDeliveryStream, of UpdateDestination and of DescribeDeliveryStream. The shapes are called
  /// like them.
  var configuration: String { rawValue + "DestinationConfiguration" }
  var update: String { rawValue + "DestinationUpdate" }
  var description: String { rawValue + "DestinationDescription" }

  /// The core's destination.
  var destination: DeliveryDestination {
    switch self {
    case .s3, .extendedS3: .s3
    case .redshift: .redshift
    case .elasticsearch, .openSearch, .openSearchServerless: .openSearch
    case .splunk: .splunk
    case .httpEndpoint: .http(.generic)
    case .snowflake: .snowflake
    case .iceberg: .iceberg
    }
  }

  var isS3: Bool { destination == .s3 }

  /// AWS's S3BackupMode when nothing is kept but what failed.
  var leastBackup: String {
    switch self {
    case .s3, .extendedS3, .redshift: "Disabled"
    case .elasticsearch, .openSearch, .openSearchServerless: "FailedDocumentsOnly"
    case .splunk: "FailedEventsOnly"
    case .httpEndpoint, .snowflake, .iceberg: "FailedDataOnly"
    }
  }
}

/// A destination as it was asked for: kept, changed member by member, and told without its secrets.
struct DestinationNote: Sendable, Hashable {
  let kind: DestinationKind
  /// The members of its configuration.
  let settings: WireInput

  /// AWS's only id of a destination: a delivery stream has one.
  static let id = "destinationId-000000000001"

  /// How a nested destination is called in an update, and in a description.
  private static let inUpdate = ["S3Update": "S3Configuration", "S3BackupUpdate": "S3BackupConfiguration"]
  private static let inDescription = [
    "S3Configuration": "S3DestinationDescription", "S3BackupConfiguration": "S3BackupDescription",
    "VpcConfiguration": "VpcConfigurationDescription",
  ]

  /// The destination that a request names, of which it has to name one; nil for none, or several.
  init?(_ input: WireInput, _ member: (DestinationKind) -> String) {
    let named = DestinationKind.allCases.filter { input.has(member($0)) }
    guard named.count == 1, let kind = named.first, let settings = input.structure(member(kind)) else { return nil }
    self.init(kind, WireInput(settings.value.renamed(Self.inUpdate)))
  }

  init(_ kind: DestinationKind, _ settings: WireInput) { (self.kind, self.settings) = (kind, settings) }

  /// What an update makes of it. Another kind takes its place; the two of S3 are one.
  func updated(by other: DestinationNote) -> DestinationNote {
    guard other.kind == kind || (other.kind.isS3 && kind.isS3) else { return other }
    let kind = kind == .extendedS3 ? kind : other.kind
    return DestinationNote(kind, WireInput(settings.value.merged(with: other.settings.value)))
  }

  /// AWS's DestinationDescription, with the hints in force.
  func description(hints: WireValue) -> WireValue {
    let model = ServiceModel.firehose
    var members = [WireMember("DestinationId", .text(Self.id))]
    func add(_ kind: DestinationKind) {
      members.append(WireMember(kind.description, describe(settings.value, as: kind.description, model, hints: hints)))
    }
    if kind.isS3 { add(.s3) }
    add(kind == .s3 ? .extendedS3 : kind)
    return .object(members)
  }

  /// The members that a description has of a configuration: what it does not have, such as a password, is not told.
  private func describe(_ value: WireValue, as shape: String, _ model: ServiceModel, hints: WireValue) -> WireValue {
    let value = value.renamed(Self.inDescription)
    var members: [WireMember] = []
    for member in model.members(of: shape) {
      if member.shape == "S3DestinationDescription", let nested = value[member.name] {
        let hints = WireValue.hints(size: 5, interval: 300)
        members.append(WireMember(member.name, describe(nested, as: member.shape, model, hints: hints)))
      } else if let inner = value[member.name] ?? standard(member.name, hints) {
        members.append(WireMember(member.name, inner.kept(as: member.shape, model)))
      }
    }
    return .object(members)
  }

  /// What AWS tells where nothing was said.
  private func standard(_ member: String, _ hints: WireValue) -> WireValue? {
    switch member {
    case "BufferingHints": hints
    case "CompressionFormat": .text("UNCOMPRESSED")
    case "EncryptionConfiguration": .object([WireMember("NoEncryptionConfig", .text("NoEncryption"))])
    case "CloudWatchLoggingOptions": .object([WireMember("Enabled", .bool(false))])
    case "S3BackupMode": .text(kind.leastBackup)
    case "ProcessingConfiguration":
      .object([WireMember("Enabled", .bool(false)), WireMember("Processors", .list([]))])
    default: nil
    }
  }
}

extension WireValue {
  /// AWS's BufferingHints.
  static func hints(size: Int64, interval: Int64) -> WireValue {
    .object([WireMember("SizeInMBs", .integer(size)), WireMember("IntervalInSeconds", .integer(interval))])
  }

  /// An object whose members have other names.
  fileprivate func renamed(_ names: [String: String]) -> WireValue {
    guard case .object(let members) = self else { return self }
    return .object(members.map { WireMember(names[$0.name] ?? $0.name, $0.value) })
  }

  /// An object with the members of another one in place of its own; objects within them too.
  fileprivate func merged(with other: WireValue) -> WireValue {
    guard case .object(let mine) = self, case .object(let theirs) = other else { return other }
    let kept = mine.map { member in
      WireMember(member.name, other[member.name].map { member.value.merged(with: $0) } ?? member.value)
    }
    return .object(kept + theirs.filter { self[$0.name] == nil })
  }

  /// Of a value, what a shape of the model has.
  fileprivate func kept(as shape: String, _ model: ServiceModel) -> WireValue {
    switch self {
    case .object:
      let known = model.members(of: shape)
      guard !known.isEmpty else { return self }
      return .object(
        known.compactMap { member in self[member.name].map { WireMember(member.name, $0.kept(as: member.shape, model)) }
        })
    case .list(let elements): return .list(elements.map { $0.kept(as: model.element(of: shape) ?? "", model) })
    default: return self
    }
  }
}
