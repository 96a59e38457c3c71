internal import ArgumentParser
internal import Foundation
internal import Logging
internal import Server

/// Where delivery streams and channels deliver to.
struct DeliveryOptions: ParsableArguments {
  @Option(help: "A directory in which delivery streams and channels lay objects down as S3 has them: BUCKET/KEY.")
  var deliver: String?

  @Option(
    help: """
      S3, or anything that speaks its PUT Object, for delivery streams and channels: http://127.0.0.1:9000. Signed with \
      AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
      """)
  var s3Endpoint: String?

  @Option(
    help: """
      Lambda, or anything that speaks its Invoke, for functions that transform records: http://127.0.0.1:3001. Signed where \
      AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set.
      """)
  var lambdaEndpoint: String?

  func validate() throws {
    guard deliver == nil || s3Endpoint == nil else {
      throw ValidationError("--deliver and --s3-endpoint: objects go to one of them")
    }
    try Self.check(lambdaEndpoint, of: "--lambda-endpoint")
    try Self.check(s3Endpoint, of: "--s3-endpoint")
    guard s3Endpoint == nil || Self.key != nil else {
      throw ValidationError("--s3-endpoint: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
    }
  }

  private static func check(_ text: String?, of option: String) throws {
    guard let text else { return }
    guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host != nil,
      ["", "/"].contains(url.path), url.query == nil
    else {
      throw ValidationError("\(option): expected an address such as http://127.0.0.1:9000, found \"\(text)\"")
    }
  }

  /// What the environment has to sign with.
  private static var key: SigV4.Key? {
    let environment = ProcessInfo.processInfo.environment
    guard let id = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"] else {
      return nil
    }
    return SigV4.Key(id: id, secret: secret, token: environment["AWS_SESSION_TOKEN"])
  }

  /// What carries deliveries out; failures are logged, without what they carry.
  func courier(region: String, _ log: Logger) throws(DeliveryFailure) -> Courier {
    let functions = lambdaEndpoint.flatMap(URL.init(string:)).map {
      LambdaClient(endpoint: $0, key: Self.key, region: region)
    }
    return Courier(
      store: try store(region: region), client: FirehoseEndpointClient(key: Self.key, region: region),
      functions: functions
    ) {
      shipment, failure in
      log.warning("not delivered", metadata: ["to": "\(Self.text(shipment.target))", "reason": "\(failure.reason)"])
    }
  }

  private func store(region: String) throws(DeliveryFailure) -> (any ObjectStore)? {
    if let deliver { return try DirectoryStore(deliver) }
    guard let s3Endpoint, let url = URL(string: s3Endpoint), let key = Self.key else { return nil }
    return S3Store(endpoint: url, key: key, region: region)
  }

  private static func text(_ target: Shipment.Target) -> String {
    switch target {
    case .object(let bucket, let key): "\(bucket)/\(key)"
    case .request(let endpoint): endpoint.url
    case .function(let call): call.function
    case .bulk(let index): index.endpoint
    case .collector(let collector): collector.endpoint
    case .nowhere: "nowhere"
    }
  }
}
