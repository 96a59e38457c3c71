internal import ArgumentParser
internal import Foundation
internal import Logging
internal import Server

/// Where delivery streams deliver to.
struct DeliveryOptions: ParsableArguments {
  @Option(help: "A directory in which delivery streams lay objects down as S3 has them: BUCKET/KEY.")
  var deliver: String?

  @Option(
    help: """
      S3, or anything that speaks its PUT Object, for delivery streams: http://127.0.0.1:9000. Signed with AWS_ACCESS_KEY_ID, \
      AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
      """)
  var s3Endpoint: String?

  func validate() throws {
    guard deliver == nil || s3Endpoint == nil else {
      throw ValidationError("--deliver and --s3-endpoint: objects go to one of them")
    }
    guard let s3Endpoint else { return }
    guard let url = URL(string: s3Endpoint), ["http", "https"].contains(url.scheme), url.host != nil,
      ["", "/"].contains(url.path), url.query == nil
    else {
      throw ValidationError("--s3-endpoint: expected an address such as http://127.0.0.1:9000, found \"\(s3Endpoint)\"")
    }
    let environment = ProcessInfo.processInfo.environment
    guard environment["AWS_ACCESS_KEY_ID"] != nil, environment["AWS_SECRET_ACCESS_KEY"] != nil else {
      throw ValidationError("--s3-endpoint: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
    }
  }

  /// What carries deliveries out; failures are logged, without what they carry.
  func courier(region: String, _ log: Logger) throws(DeliveryFailure) -> Courier {
    Courier(store: try store(region: region), client: FirehoseEndpointClient()) { shipment, failure in
      log.warning("not delivered", metadata: ["to": "\(Self.text(shipment.target))", "reason": "\(failure.reason)"])
    }
  }

  private func store(region: String) throws(DeliveryFailure) -> (any ObjectStore)? {
    if let deliver { return try DirectoryStore(deliver) }
    guard let s3Endpoint, let url = URL(string: s3Endpoint) else { return nil }
    let environment = ProcessInfo.processInfo.environment
    let key = SigV4.Key(
      id: environment["AWS_ACCESS_KEY_ID"] ?? "", secret: environment["AWS_SECRET_ACCESS_KEY"] ?? "",
      token: environment["AWS_SESSION_TOKEN"])
    return S3Store(endpoint: url, key: key, region: region)
  }

  private static func text(_ target: Shipment.Target) -> String {
    switch target {
    case .object(let bucket, let key): "\(bucket)/\(key)"
    case .request(let endpoint): endpoint.url
    case .nowhere: "nowhere"
    }
  }
}
