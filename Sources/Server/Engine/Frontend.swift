internal import Foundation
internal import Units

/// A request as HTTP carries it, whatever its version.
public struct HTTPCall: Sendable {
  /// Such as POST.
  public var method: String
  /// Path and query.
  public var uri: String
  /// Names in lower case.
  public var headers: [String: String]
  /// The whole body.
  public var body: [UInt8]

  /// A request.
  public init(method: String, uri: String, headers: [String: String], body: [UInt8]) {
    (self.method, self.uri, self.headers, self.body) = (method, uri, headers, body)
  }
}

/// An answer as HTTP carries it.
public struct HTTPAnswer: Sendable {
  /// The status.
  public var status: Int
  /// Names and values; Content-Length is the carrier's.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: Body

  /// An answer.
  public init(status: Int, headers: [(name: String, value: String)], body: Body) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }

  /// How a body comes.
  public enum Body: Sendable {
    /// All at once.
    case whole([UInt8])
    /// Piece by piece.
    case events(AsyncStream<[UInt8]>)
  }
}

/// What stands behind the network: takes a request, asks the engine, makes the answer. It knows no sockets.
public struct Frontend: Sendable {
  private let engine: Engine
  private let reader: RequestReader
  private let gate: SignatureGate?

  /// The most bytes of a body: a PutRecords call of 10 MiB in base64, with its names and keys around it (facts §1.1).
  public static let mostBytes = 24 << 20

  /// A front of an engine. With a gate, who asks has to show who he is; only /healthz and /metrics are told to anybody.
  public init(_ engine: Engine, reader: RequestReader, gate: SignatureGate? = nil) {
    (self.engine, self.reader, self.gate) = (engine, reader, gate)
  }

  /// Answers a request.
  public func answer(_ call: HTTPCall) async -> HTTPAnswer {
    let path = call.uri.prefix { $0 != "?" }
    switch (call.method, path) {
    case ("GET", "/healthz"): return Self.plain(200, "ok\n")
    case ("GET", "/metrics"): return Self.plain(200, await engine.metrics)
    default: break
    }
    if let refused = refusal(of: call) { return refused }
    switch (call.method, path) {
    case ("GET", "/_weir/clock"): return Self.json(await engine.now)
    case ("POST", "/_weir/clock/advance"): return await advance(call.body)
    case ("POST", _): return await serve(call)
    default: return Self.plain(404, "Not found. The services are asked with POST.\n")
    }
  }

  /// What a request is answered that does not show who sends it.
  private func refusal(of call: HTTPCall) -> HTTPAnswer? {
    guard let gate else { return nil }
    do throws(ServiceError) {
      try gate.check(call, service: reader.service(ofTarget: call.headers["x-amz-target"]))
      return nil
    } catch {
      return Self.answer(ServiceReply(error, WireFormat(contentType: call.headers["content-type"] ?? "") ?? .json))
    }
  }

  private func serve(_ call: HTTPCall) async -> HTTPAnswer {
    if call.headers["content-type"]?.hasPrefix(QueryProtocol.contentType) == true { return await serve(form: call) }
    let target = call.headers["x-amz-target"], type = call.headers["content-type"]
    switch reader.read(target: target, contentType: type, body: call.body) {
    case .refused(let error, let format): return Self.answer(ServiceReply(error, format))
    case .call(let service, let operation, let format, let ask):
      switch await engine.send(service, operation, format, ask) {
      case .whole(let reply): return Self.answer(reply)
      case .events(let events):
        let headers = Self.identity + [(name: "Content-Type", value: EventStream.contentType)]
        return HTTPAnswer(status: 200, headers: headers, body: .events(events))
      }
    }
  }

  /// The query protocol: the answer of JSON in XML.
  private func serve(form call: HTTPCall) async -> HTTPAnswer {
    let (operation, request) = reader.read(form: call.body), id = UUID().uuidString.lowercased()
    let reply: ServiceReply
    switch request {
    case .refused(let error, let format): reply = ServiceReply(error, format)
    case .call(let service, _, let format, let ask):
      guard case .whole(let answer) = await engine.send(service, operation, format, ask) else {
        return Self.plain(500, "")
      }
      reply = answer
    }
    let value = JSONReader.read(reply.body) ?? .null, members = WireInput(value)
    let body =
      reply.error.map { code in
        let message = members.text("message") ?? members.text("Message") ?? ""
        return QueryProtocol.write(code: code, message: message, id: id)
      } ?? QueryProtocol(model: .cloudWatch).write(value, of: operation, id: id)
    let headers = [(name: "x-amzn-RequestId", value: id), (name: "Content-Type", value: "text/xml")]
    return HTTPAnswer(status: reply.status, headers: headers, body: .whole(body))
  }

  private static var identity: [(name: String, value: String)] {
    let id = UUID().uuidString.lowercased()
    return [(name: "x-amzn-RequestId", value: id), (name: "x-amz-id-2", value: id)]
  }

  private static func answer(_ reply: ServiceReply) -> HTTPAnswer {
    var headers = identity + [(name: "Content-Type", value: reply.format.rawValue)]
    if let error = reply.error { headers.append((name: "x-amzn-ErrorType", value: error)) }
    return HTTPAnswer(status: reply.status, headers: headers, body: .whole(reply.body))
  }

  private static func plain(_ status: Int, _ text: String) -> HTTPAnswer {
    HTTPAnswer(status: status, headers: [(name: "Content-Type", value: "text/plain")], body: .whole(Array(text.utf8)))
  }

  // MARK: The clock

  private static func json(_ now: Instant) -> HTTPAnswer {
    var writer = WireWriter(.json)
    writer.object { writer in
      writer.member("now", now)
      writer.member("now_ns", now.nanoseconds)
    }
    return HTTPAnswer(
      status: 200, headers: [(name: "Content-Type", value: "application/json")], body: .whole(writer.bytes))
  }

  /// `{"seconds": 300}`, or `{"nanoseconds": 1}`.
  private func advance(_ body: [UInt8]) async -> HTTPAnswer {
    guard let value = JSONReader.read(body), let interval = Self.interval(value) else {
      return Self.plain(400, "Say how far: {\"seconds\": 300}, or {\"nanoseconds\": 1}.\n")
    }
    do throws(Engine.ClockError) {
      return Self.json(try await engine.advance(by: interval))
    } catch .isReal {
      return Self.plain(409, "The clock is the machine's: start with --clock virtual.\n")
    } catch {
      return Self.plain(400, "The clock does not go backwards.\n")
    }
  }

  private static func interval(_ value: WireValue) -> Interval? {
    switch (value["seconds"], value["nanoseconds"]) {
    case (.integer(let seconds)?, nil): return .seconds(seconds)
    case (.number(let seconds)?, nil):
      return Int64(exactly: (seconds * 1e9).rounded()).map { Interval(nanoseconds: $0) }
    case (nil, .integer(let nanoseconds)?): return Interval(nanoseconds: nanoseconds)
    default: return nil
    }
  }
}
