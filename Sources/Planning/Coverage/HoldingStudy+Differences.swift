internal import Experiment
internal import Models
internal import Scenario

// What `weir compare` takes differences of, where single runs are skewed.
extension HoldingStudy {
  /// The figures whose differences are looked at.
  static let compared = ["records.lost", "streams.s.put_throttle_rate", "cost.total_usd"]

  /// A burst of three seconds in the minute, at four times what two shards take.
  private static let pair = Family(
    name: "2 against 3 shards",
    producer: "count: 1, rate: 50, arrivals: mmpp, burst: {'on': 3s, 'off': 57s, factor: 8}",
    duration: "40s", objective: "put_throttle_rate(stream=s).rate <= 90 %")

  /// How often the interval of a difference of two designs, replication by replication under common random numbers, holds the
  /// mean difference of all runs.
  func differences(workers: Int) async throws(ScenarioFailure) -> [Coverage] {
    var experiments: [Experiment] = []
    for shards in [2, 3] {
      var experiment = try Self.experiment(Self.pair, seed: seed)
      experiment.streams[0].shards = shards
      experiments.append(experiment)
    }
    let figures = Figure.all(of: experiments[0]).filter { Self.compared.contains($0.path) }
    let jobs = (0..<runs).flatMap { run in
      experiments.indices.map { Replications.Job(experiment: $0, replication: run) }
    }
    let values = await Replications.run(
      jobs, of: experiments.map(PreparedExperiment.init), workers: workers, isInterrupted: { false },
      report: { _ in }, digest: { $0.values(of: figures) }
    ).compactMap(\.self)
    return figures.indices.flatMap { position in
      let pairs = stride(from: 0, to: values.count - 1, by: experiments.count).map { first in
        (values[first][position] ?? 0) - (values[first + 1][position] ?? 0)
      }
      return Self.counts.map {
        coverage(
          "\(Self.pair.name), difference of \(figures[position].path)", Self.families.count + position, pairs, $0)
      }
    }
  }
}
