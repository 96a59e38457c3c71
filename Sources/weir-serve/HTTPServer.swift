internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOPosix
internal import NIOSSL
internal import Server

/// Listens for HTTP/1.1 and for HTTP/2, in cleartext and in TLS, on one port: the first bytes tell them apart.
struct HTTPServer {
  private let listener: any Channel
  private let connections: Connections
  private let scheme: String

  /// Where it listens.
  var url: String {
    let host = listener.localAddress?.ipAddress ?? "127.0.0.1", port = listener.localAddress?.port ?? 0
    return "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
  }

  /// Binds a port; 0 for any that is free.
  static func start(
    _ frontend: Frontend, host: String, port: Int, tls: NIOSSLContext?, patience: RequestHandler.Patience
  ) async throws -> HTTPServer {
    let connections = Connections()
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1_024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        connections.add(channel)
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(FirstBytes(frontend, tls, patience))
        }
      }
      .bind(host: host, port: port).get()
    return HTTPServer(listener: listener, connections: connections, scheme: tls == nil ? "http" : "https")
  }

  /// Takes no more connections and ends those there are. Call it when the engine has stopped: what was under way is answered.
  func stop() async throws {
    try await listener.close()
    await connections.close()
  }
}

/// Finds out whether a connection speaks TLS and which HTTP, makes its pipeline, and goes.
///
/// TLS's bytes are read once more from the pipeline's beginning: what is decrypted comes here like anything in cleartext. By ALPN a client
/// learns that it may speak HTTP/2; that it does, its first bytes say.
/// A connection that ends before it has said so is closed by NIO like any other: nothing is held back.
private final class FirstBytes: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private let frontend: Frontend
  /// Nil where no TLS is spoken, or is already.
  private var tls: NIOSSLContext?
  private let patience: RequestHandler.Patience
  private var read: ByteBuffer?
  private var end: Scheduled<Void>?

  /// How every HTTP/2 connection begins (RFC 9113 §3.4).
  private static let preface = Array("PRI * HTTP/2.0\r\n".utf8)

  /// How every TLS connection begins: a handshake's record (RFC 8446 §5.1). No request of HTTP does.
  private static let handshake: UInt8 = 0x16

  init(_ frontend: Frontend, _ tls: NIOSSLContext?, _ patience: RequestHandler.Patience) {
    (self.frontend, self.tls, self.patience) = (frontend, tls, patience)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func handlerAdded(context: ChannelHandlerContext) {
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    end = context.eventLoop.scheduleTask(in: patience.idle) { bound.value.close(promise: nil) }
  }

  func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    read.setOrWriteBuffer(&bytes)
    guard let read else { return }
    if let tls, read.readableBytesView.first == Self.handshake { return decrypt(read, tls, context) }
    let first = read.readableBytesView.prefix(Self.preface.count)
    let isHTTP2 = Self.preface.starts(with: first)
    guard !isHTTP2 || first.count == Self.preface.count else { return }
    do {
      try isHTTP2 ? speakHTTP2(context) : speakHTTP1(context)
    } catch {
      return context.close(promise: nil)
    }
    self.read = nil
    context.fireChannelRead(NIOAny(read))
    context.fireChannelReadComplete()
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  private func decrypt(_ bytes: ByteBuffer, _ tls: NIOSSLContext, _ context: ChannelHandlerContext) {
    (self.tls, read) = (nil, nil)
    do {
      try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .before(self))
    } catch {
      return context.close(promise: nil)
    }
    context.pipeline.syncOperations.fireChannelRead(NIOAny(bytes))
    context.pipeline.syncOperations.fireChannelReadComplete()
  }

  private func speakHTTP1(_ context: ChannelHandlerContext) throws {
    try context.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
    try context.pipeline.syncOperations.addHandler(RequestHandler(frontend, patience))
  }

  private func speakHTTP2(_ context: ChannelHandlerContext) throws {
    let (frontend, patience) = (frontend, patience)
    _ = try context.pipeline.syncOperations.configureHTTP2Pipeline(
      mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
    ) { stream in
      stream.eventLoop.makeCompletedFuture {
        try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
        try stream.pipeline.syncOperations.addHandler(RequestHandler(frontend, patience))
      }
    }
  }
}
