internal import Foundation
internal import FoundationNetworking
internal import Server
internal import Units

/// Requests to S3 and to HTTP endpoints, by URLSession: connections that are kept, time limits, TLS.
final class HTTPClient: NSObject, URLSessionTaskDelegate, Sendable {
  private static let session = URLSession(configuration: configuration, delegate: HTTPClient(), delegateQueue: nil)

  private static var configuration: URLSessionConfiguration {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpMaximumConnectionsPerHost = 16
    configuration.httpShouldSetCookies = false
    return configuration
  }

  /// Redirects are not followed: a signature is good for one address, and AWS does not follow those of endpoints.
  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) { completionHandler(nil) }

  /// Sends one and returns its status and its body.
  static func send(
    _ method: String, _ url: URL, _ headers: [(name: String, value: String)], _ body: [UInt8], timeout: TimeInterval
  ) async throws(DeliveryFailure) -> (status: Int, body: Data) {
    let (answer, body) = try await exchange(method, url, headers, body, timeout: timeout)
    return (answer?.statusCode ?? 0, body)
  }

  /// Sends one and returns what was answered, headers and all.
  static func exchange(
    _ method: String, _ url: URL, _ headers: [(name: String, value: String)], _ body: [UInt8], timeout: TimeInterval
  ) async throws(DeliveryFailure) -> (answer: HTTPURLResponse?, body: Data) {
    var request = URLRequest(url: url, timeoutInterval: timeout)
    request.httpMethod = method
    request.httpBody = Data(body)
    for header in headers { request.setValue(header.value, forHTTPHeaderField: header.name) }
    do {
      let (data, response) = try await session.data(for: request)
      return (response as? HTTPURLResponse, data)
    } catch {
      throw DeliveryFailure("\(url.host ?? ""): \(error.localizedDescription)")
    }
  }
}

/// A store that speaks S3's PUT Object, paths with the bucket in them, signed.
struct S3Store: ObjectStore {
  /// Where it is, without a path.
  let endpoint: URL
  let key: SigV4.Key
  let region: String

  private static let timeout: TimeInterval = 60

  func put(_ object: StoredObject) async throws(DeliveryFailure) {
    let path = SigV4.path(bucket: object.bucket, key: object.key)
    let host = endpoint.hostHeader, base = "\(endpoint.scheme ?? "http")://\(host)"
    guard let url = URL(string: base + path) else { throw DeliveryFailure("\(base)\(path): no address") }
    let headers = SigV4.sign(put: object, host: host, path: path, key: key, region: region, at: Clock.now)
    var sent = headers.filter { $0.name != "host" } + [(name: "content-type", value: "application/octet-stream")]
    if let encoding = object.encoding { sent.append((name: "content-encoding", value: encoding)) }
    let answer = try await HTTPClient.send("PUT", url, sent, object.body, timeout: Self.timeout)
    guard answer.status == 200 else {
      throw DeliveryFailure("\(host): \(answer.status) \(String(decoding: answer.body.prefix(500), as: UTF8.self))")
    }
  }
}

extension URL {
  /// What a Host header says: the port unless it is the scheme's own.
  fileprivate var hostHeader: String {
    let name = host ?? ""
    guard let port, port != (scheme == "https" ? 443 : 80) else { return name }
    return "\(name):\(port)"
  }
}

/// Lambda functions behind an endpoint that speaks Lambda's Invoke. Signed, where there is a key.
struct LambdaClient: FunctionClient {
  /// Where it is, without a path.
  let endpoint: URL
  let key: SigV4.Key?
  let region: String

  func invoke(_ call: FunctionCall, _ event: [UInt8]) async throws(DeliveryFailure) -> FunctionAnswer {
    let host = endpoint.hostHeader, query = call.qualifier.map { "?Qualifier=\($0)" } ?? ""
    let text = "\(endpoint.scheme ?? "http")://\(host)\(call.path)\(query)"
    guard let url = URL(string: text) else { throw DeliveryFailure("\(text): no address") }
    let signed = key.map { SigV4.sign(call: call, event, host: host, key: $0, region: region, at: Clock.now) } ?? []
    let headers =
      signed.filter { $0.name != "host" } + [
        (name: "content-type", value: "application/json"), (name: "x-amz-invocation-type", value: "RequestResponse"),
      ]
    let timeout = Double(call.timeout.nanoseconds) / 1e9
    let (answer, body) = try await HTTPClient.exchange("POST", url, headers, event, timeout: timeout)
    return FunctionAnswer(
      status: answer?.statusCode ?? 0, error: answer?.value(forHTTPHeaderField: "X-Amz-Function-Error"),
      body: Array(body))
  }
}

/// HTTP endpoints by AWS's request and response contract (Data Firehose Developer Guide: httpdeliveryrequestresponse). Named
/// deviations: http and other ports than 443 are allowed.
struct FirehoseEndpointClient: EndpointClient {
  let key: SigV4.Key?
  let region: String

  func exchange(_ request: OutgoingRequest) async throws(DeliveryFailure) -> IncomingAnswer {
    guard let url = URL(string: request.url) else { throw DeliveryFailure("\(request.url): no address") }
    var headers = request.headers.map { (name: $0.name, value: $0.value) }
    if let service = request.service, let key {
      headers += SigV4.sign(
        post: request.body, host: url.hostHeader, path: url.path, for: service, key: key, region: region, at: Clock.now
      ).filter { $0.name != "host" }
    }
    let timeout = Double(request.timeout.nanoseconds) / 1e9
    let answer = try await HTTPClient.send("POST", url, headers, request.body, timeout: timeout)
    return IncomingAnswer(status: answer.status, body: Array(answer.body))
  }

  func send(_ records: [[UInt8]], to endpoint: HTTPEndpoint, isGzipped: Bool) async throws(DeliveryFailure) {
    guard let url = URL(string: endpoint.url) else { throw DeliveryFailure("\(endpoint.url): no address") }
    let request = endpoint.request(records, isGzipped: isGzipped, at: Clock.now)
    let timeout = Double(endpoint.timeout.nanoseconds) / 1e9
    let answer = try await HTTPClient.send("POST", url, request.headers, request.body, timeout: timeout)
    try endpoint.check(status: answer.status, body: Array(answer.body))
  }
}

/// The machine's clock.
enum Clock {
  static var now: Instant { Instant(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9)) }
}
