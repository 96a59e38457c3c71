internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Page
internal import UnixSignals

/// HTTP between a browser on this machine and the page.
struct Carrier {
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
      responder: responder,
      configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
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
    let body: ByteBuffer
    do {
      body = try await request.body.collect(upTo: Site.mostBytes)
    } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
      return response(Site.tooLarge)
    }
    var headers: [String: String] = [:]
    for field in request.headers { headers[field.name.canonicalName] = field.value }
    if let host = request.head.authority { headers["host"] = host }
    let call = PageCall(
      method: request.method.rawValue, uri: request.uri.string, headers: headers, body: Array(buffer: body))
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
