internal import NIOCore
internal import Synchronization

/// The connections that are open, so that they can be ended.
final class Connections: Sendable {
  private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

  /// How long answers that are on their way get before connections are closed.
  private static let grace = Duration.milliseconds(200)

  func add(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    open.withLock { $0[id] = channel }
    channel.closeFuture.whenComplete { _ in self.open.withLock { $0[id] = nil } }
  }

  /// Ends all of them, dropped ones too.
  func close() async {
    try? await Task.sleep(for: Self.grace)
    let channels = open.withLock { Array($0.values) }
    for channel in channels { try? await channel.close().get() }
  }
}
