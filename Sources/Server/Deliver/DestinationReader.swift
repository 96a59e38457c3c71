internal import KinesisCore
internal import Units

/// Reads of a destination's configuration where its requests go.
enum DestinationReader {
  /// An HTTP endpoint's; nil of anything else.
  static func endpoint(_ kind: DestinationKind, _ settings: WireInput, source: String) -> HTTPEndpoint? {
    guard kind == .httpEndpoint, let endpoint = settings.structure("EndpointConfiguration") else { return nil }
    let attributes = settings.structure("RequestConfiguration")?.structures("CommonAttributes") ?? []
    return HTTPEndpoint(
      url: endpoint.text("Url") ?? "", accessKey: endpoint.text("AccessKey"),
      attributes: attributes.map {
        .init(name: $0.text("AttributeName") ?? "", value: $0.text("AttributeValue") ?? "")
      },
      source: source, requestID: "", timeout: DeliveryDestination.http(.generic).responseTimeout ?? .seconds(180))
  }

  /// An index of OpenSearch, Elasticsearch or a collection; nil of anything else, and without an address.
  static func bulk(_ kind: DestinationKind, _ settings: WireInput) -> BulkIndex? {
    guard let endpoint = settings.text(kind == .openSearchServerless ? "CollectionEndpoint" : "ClusterEndpoint"),
      kind.destination == .openSearch
    else { return nil }
    let format = settings.structure("DocumentIdOptions")?.text("DefaultDocumentIdFormat")
    return BulkIndex(
      endpoint: bare(endpoint), name: settings.text("IndexName") ?? "",
      type: settings.text("TypeName").flatMap { $0.isEmpty ? nil : $0 },
      // AWS's default where none is said is a day; collections have no rotation.
      rotation: kind == .openSearchServerless
        ? .none : BulkIndex.Rotation(rawValue: settings.text("IndexRotationPeriod") ?? "OneDay") ?? .day,
      hasIDs: format != "NO_DOCUMENT_ID" && kind != .openSearchServerless,
      service: kind == .openSearchServerless ? "aoss" : "es")
  }

  /// Splunk's collector; nil of anything else.
  static func collector(_ kind: DestinationKind, _ settings: WireInput) -> SplunkCollector? {
    guard kind == .splunk else { return nil }
    return SplunkCollector(
      endpoint: bare(settings.text("HECEndpoint") ?? ""), token: settings.text("HECToken") ?? "",
      isRaw: settings.text("HECEndpointType") != "Event",
      patience: .seconds(settings.integer("HECAcknowledgmentTimeoutInSeconds") ?? 180))
  }

  /// Without slashes behind.
  private static func bare(_ address: String) -> String {
    var address = address
    while address.hasSuffix("/") { address.removeLast() }
    return address
  }
}
