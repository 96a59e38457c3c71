internal import Dispatch
internal import Foundation

/// The signals that end a server in good order: SIGINT, SIGTERM, SIGHUP.
struct Signals {
  private static let numbers = [SIGINT, SIGTERM, SIGHUP]

  private let stream: AsyncStream<Int32>
  private let sources: [any DispatchSourceSignal]

  /// Begins to watch, and returns when none can be missed any more: until then one ends the process at once, as it ends any.
  static func watch() async -> Signals {
    let (stream, signals) = AsyncStream.makeStream(of: Int32.self)
    var sources: [any DispatchSourceSignal] = []
    for number in numbers {
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { signals.yield(number) }
      await withCheckedContinuation { continuation in
        source.setRegistrationHandler { continuation.resume() }
        source.resume()
      }
      sources.append(source)
    }
    return Signals(stream: stream, sources: sources)
  }

  /// Waits for one; a second one ends the process at once.
  func first() async -> Int32 {
    defer {
      for source in sources { source.cancel() }
      for number in Self.numbers { signal(number, SIG_DFL) }
    }
    for await number in stream { return number }
    return SIGTERM
  }
}
