/// What a neighbour of Data Streams used.
public enum NeighbourUse: Sendable, Hashable {
  /// Video streams: bytes sent, read with GetMedia and played over HLS; byte-seconds stored (F§9.3).
  case video(String, sent: Int128, read: Int128, played: Int128, stored: Int128)
  /// A SQL application: its processing units, times nanoseconds.
  case sql(String, time: Int128)

  /// Adds its lines.
  public func add(to usage: inout Usage) {
    switch self {
    case .video(let name, let sent, let read, let played, let stored):
      let scope = Scope(.videoStream, name)
      usage.add(.videoIn, scope: scope, sent)
      usage.add(.videoOut, scope: scope, read)
      usage.add(.videoPlayback, scope: scope, played)
      usage.add(.videoStorage, scope: scope, stored)
    case .sql(let name, let time): usage.add(.sqlHour, scope: Scope(.sqlApplication, name), time)
    }
  }
}
