internal import Simulation
internal import Units

/// What a scenario makes the service do wrong.
enum ServiceFault: Sendable {
  /// So large a share of put and GetRecords calls fails whole.
  case errorBurst(share: Double)
  /// Calls take so many times as long.
  case latencySpike(factor: Double)

  /// What a note says when it begins.
  var beginning: String {
    switch self {
    case .errorBurst(let share):
      "InternalFailure or ServiceUnavailable for \(Int(clamping: (share * 100).rounded())) % of calls"
    case .latencySpike(let factor): "calls take \(factor) times as long"
    }
  }

  /// What a note says when it ends.
  var ending: String {
    switch self {
    case .errorBurst: "calls are answered again"
    case .latencySpike: "calls take their usual time"
    }
  }
}

/// What is wrong with one stream: the fault begun last counts, until it ends.
struct StreamFaults: Sendable {
  private var bursts: [(event: Int, share: Double)] = [], spikes: [(event: Int, factor: Double)] = []

  /// Whether a call fails whole. Draws only while a burst is on.
  func isFailing(drawing failures: inout RandomStream) -> Bool {
    let share = bursts.last?.share ?? 0
    return share > 0 && failures.chance(share)
  }

  /// A service time, longer while a fault stretches it.
  func stretched(_ nanoseconds: Int64) -> Int64 {
    guard let factor = spikes.last?.factor, factor != 1 else { return nanoseconds }
    return Int64(clamping: (Double(nanoseconds) * factor).rounded())
  }

  mutating func begin(_ fault: ServiceFault, event: Int) {
    switch fault {
    case .errorBurst(let share): bursts.append((event, share))
    case .latencySpike(let factor): spikes.append((event, factor))
    }
  }

  mutating func end(event: Int) {
    bursts.removeAll { $0.event == event }
    spikes.removeAll { $0.event == event }
  }
}
