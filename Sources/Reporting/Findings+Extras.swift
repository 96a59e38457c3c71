internal import KinesisCore
internal import Models

// What stands beside the stream's own story: scalers that quarrel with it, neighbours that do not fit.
extension Findings {
  /// The first scaler that flapped or was refused; nil when none did.
  var unsteadyScaler: String? {
    for stream in run.streams {
      guard let scaler = stream.autoscaler, scaler.refused > 0 || scaler.directionChanges > 0 else { continue }
      let calls = Figures.count(scaler.accepted + scaler.refused, of: "call")
      let flapping =
        scaler.directionChanges > 0
        ? "; it turned back within an hour \(Figures.count(scaler.directionChanges, of: "time")): it flapped" : ""
      return
        "The autoscaler of \(stream.name) made \(calls), of which AWS refused \(Figures.count(scaler.refused))\(flapping)."
    }
    return nil
  }

  /// The neighbours that need more than their limits; nil when all fit.
  var tightNeighbours: String? {
    let (neighbours, limits) = (run.experiment.neighbours, run.experiment.limits)
    let capacities =
      neighbours.videoStreams.map { ($0.name, $0.capacity(limits)) }
      + neighbours.sqlApplications.map { ($0.name, $0.capacity(limits)) }
    let tight = capacities.filter { !$0.1.holds }
    guard let (name, capacity) = tight.first else { return nil }
    let broken = capacity.checks.filter { !$0.holds }.map(\.limit.name).joined(separator: ", ")
    let more = tight.count > 1 ? " (and \(tight.count - 1) more neighbours do not fit)" : ""
    return "Neighbour \(name) needs more than \(broken) allows\(more)."
  }
}
