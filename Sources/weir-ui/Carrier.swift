internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import Page
internal import UnixSignals

/// HTTP between a browser on this machine and the page.
struct Carrier {
  /// The most connections at once, far more than a browser opens, and how long one may say nothing.
  private static let mostConnections = 128, silence = TimeAmount.minutes(5)

  private let site: Site
  private let port: Int
  private let log: Logger

  init(_ site: Site, port: Int, log: Logger) { (self.site, self.port, self.log) = (site, port, log) }

  /// Listens at loopback alone, tells the port, and answers until a signal ends it.
  func serve(_ ready: @escaping @Sendable (Int) -> Void) async throws {
    let site = site
    let responder = CallbackResponder { (request: Request, _: BasicRequestContext) in
      try await Self.answer(request, site)
    }
    let application = Application(
      responder: responder, server: .http1(configuration: .init(idleTimeout: Self.silence)),
      configuration: .init(
        address: .hostname("127.0.0.1", port: port), serverName: nil,
        availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections)),
      onServerRunning: { channel in ready(channel.localAddress?.port ?? 0) }, logger: log)
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      group.addTask {
        for await _ in signals { break }
        // Whoever looks on at a run would keep the server open.
        await site.stop()
      }
      try await group.next()
      group.cancelAll()
      do { try await group.waitForAll() } catch is CancellationError {}
    }
  }

  private static func answer(_ request: Request, _ site: Site) async throws -> Response {
    var headers: [String: String] = [:]
    for field in request.headers { headers[field.name.canonicalName] = field.value }
    if let host = request.head.authority { headers["host"] = host }
    var call = PageCall(method: request.method.rawValue, uri: request.uri.string, headers: headers, body: [])
    if let refusal = site.refusal(ofHead: call) { return response(refusal) }
    do {
      call.body = Array(buffer: try await request.body.collect(upTo: Site.mostBytes))
    } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
      return response(Site.tooLarge)
    }
    return response(await site.answer(call))
  }

  private static func response(_ answer: PageAnswer) -> Response {
    var headers = HTTPFields()
    for header in answer.headers {
      if let name = HTTPField.Name(header.name) { headers[name] = header.value }
    }
    let status = HTTPResponse.Status(code: answer.status)
    switch answer.body {
    case .whole(let bytes):
      return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    case .events(let events):
      let body = ResponseBody { writer in
        for await event in events { try await writer.write(ByteBuffer(string: event)) }
        try await writer.finish(nil)
      }
      return Response(status: status, headers: headers, body: body)
    }
  }
}
