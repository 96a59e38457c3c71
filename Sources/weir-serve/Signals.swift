internal import Dispatch
internal import Foundation

/// The signals that end a server in good order.
enum Signals {
  /// Waits for SIGINT, SIGTERM or SIGHUP; a second one ends the process at once.
  static func first() async -> Int32 {
    let numbers = [SIGINT, SIGTERM, SIGHUP]
    let (stream, signals) = AsyncStream.makeStream(of: Int32.self)
    let sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { signals.yield(number) }
      source.resume()
      return source
    }
    defer {
      for source in sources { source.cancel() }
      for number in numbers { signal(number, SIG_DFL) }
    }
    for await number in stream { return number }
    return SIGTERM
  }
}
