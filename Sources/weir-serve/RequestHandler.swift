internal import NIOCore
internal import NIOHTTP1
internal import Server

/// One connection's, or one HTTP/2 stream's, requests: gathers each, has it answered, writes the answer.
///
/// Sizes are checked before memory is taken, and every phase has an end: a client that is slow or silent loses its connection.
final class RequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// How long a client may take.
  struct Patience: Sendable {
    /// To send a request, from its first byte to its last.
    var request = TimeAmount.seconds(60)
    /// Until it begins the next one.
    var idle = TimeAmount.minutes(5)
    /// To take an answer, or a piece of one.
    var answer = TimeAmount.seconds(60)
  }

  private let frontend: Frontend
  private let patience: Patience
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var isRefused = false
  private var answering: Task<Void, Never>?
  private var end: Scheduled<Void>?
  private var context: ChannelHandlerContext?

  init(_ frontend: Frontend, _ patience: Patience) { (self.frontend, self.patience) = (frontend, patience) }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    allow(patience.idle)
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelInactive(context: ChannelHandlerContext) {
    end?.cancel()
    answering?.cancel()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  /// The connection is closed unless the next phase begins in time; nil for one without an end.
  private func allow(_ time: TimeAmount?) {
    end?.cancel()
    guard let context, let time else { return }
    let channel = NIOLoopBound(context, eventLoop: context.eventLoop)
    end = context.eventLoop.scheduleTask(in: time) { channel.value.close(promise: nil) }
  }

  // MARK: Requests

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context)
    case .body(let part): take(part)
    case .end: finish(context)
    }
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    (self.head, body, isRefused) = (head, [], false)
    allow(patience.request)
    let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
    guard length <= Frontend.mostBytes else { return refuse() }
    if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
      context.writeAndFlush(wrapOutboundOut(.head(.init(version: head.version, status: .continue))), promise: nil)
    }
  }

  private func take(_ part: ByteBuffer) {
    guard !isRefused else { return }
    guard body.count + part.readableBytes <= Frontend.mostBytes else { return refuse() }
    body.append(contentsOf: part.readableBytesView)
  }

  /// A body that is too large is not kept: 413, and the connection ends.
  private func refuse() {
    (isRefused, body) = (true, [])
    write(HTTPAnswer(status: 413, headers: [], body: .whole([])), isLast: true)
  }

  private func finish(_ context: ChannelHandlerContext) {
    guard !isRefused, let head else { return }
    // A receive may wait for twenty seconds, and a subscription has no end: from here on it is the service's turn.
    allow(nil)
    let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { "\($0),\($1)" }
    let call = HTTPCall(method: head.method.rawValue, uri: head.uri, headers: headers, body: body)
    body = []
    let (frontend, loop, isLast) = (frontend, context.eventLoop, !head.isKeepAlive)
    let bound = NIOLoopBound(self, eventLoop: loop)
    answering = Task {
      let answer = await frontend.answer(call)
      switch answer.body {
      case .whole: loop.execute { bound.value.write(answer, isLast: isLast) }
      case .events(let events):
        loop.execute { bound.value.writeHead(answer, length: nil, isLast: isLast) }
        for await bytes in events {
          // A subscriber that does not read holds this up; the engine then gives it up.
          guard (try? await loop.flatSubmit { bound.value.writePart(bytes, on: loop) }.get()) != nil else { return }
        }
        loop.execute { bound.value.writeEnd(isLast: isLast) }
      }
    }
  }

  // MARK: Answers

  private func write(_ answer: HTTPAnswer, isLast: Bool) {
    guard let context, case .whole(let bytes) = answer.body else { return }
    writeHead(answer, length: bytes.count, isLast: isLast)
    if !bytes.isEmpty {
      context.write(wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: bytes)))), promise: nil)
    }
    writeEnd(isLast: isLast)
  }

  private func writeHead(_ answer: HTTPAnswer, length: Int?, isLast: Bool) {
    guard let context, let request = head else { return }
    var headers = HTTPHeaders(answer.headers.map { ($0.name, $0.value) })
    if let length { headers.add(name: "Content-Length", value: "\(length)") }
    if isLast, request.version.major < 2 { headers.add(name: "Connection", value: "close") }
    let status = HTTPResponseStatus(statusCode: answer.status)
    let response = HTTPResponseHead(version: request.version, status: status, headers: headers)
    allow(length == nil ? nil : patience.answer)
    context.write(wrapOutboundOut(.head(response)), promise: nil)
    if length == nil { context.flush() }
  }

  private func writePart(_ bytes: [UInt8], on loop: any EventLoop) -> EventLoopFuture<Void> {
    guard let context else { return loop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
    let buffer = context.channel.allocator.buffer(bytes: bytes)
    return context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer))))
  }

  private func writeEnd(isLast: Bool) {
    guard let context else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
    written.whenComplete { _ in
      if isLast { bound.value.context?.close(promise: nil) } else { bound.value.allow(bound.value.patience.idle) }
    }
  }
}
