internal import Experiment
internal import Models
public import Scenario
internal import Units

/// Every design a plan may choose: the product of its dimensions, equal designs counted once.
public struct SearchSpace: Sendable {
  /// The most designs of a search.
  public static let mostDesigns = 10_000

  /// What may be chosen.
  public let dimensions: [PlanSpec.Dimension]
  /// Whether the file names no dimension, so that the streams' shards were taken.
  public let isDefault: Bool
  /// The different designs, the first dimension changing slowest.
  public let candidates: [Candidate]

  /// Times the first range of a default search.
  private let factor: Int

  /// The search of a scenario. Throws when it has more than `mostDesigns` designs or a dimension twice.
  public init(_ loaded: LoadedScenario, file: String) throws(ScenarioFailure) { try self.init(loaded, file: file, 1) }

  private init(_ loaded: LoadedScenario, file: String, _ factor: Int) throws(ScenarioFailure) {
    (isDefault, self.factor) = (loaded.plan.search.isEmpty, factor)
    dimensions = isDefault ? Self.shards(of: loaded, file: file, factor) : loaded.plan.search
    try Self.check(dimensions)
    candidates = Self.product(dimensions, Self.fixedModes(loaded.experiment))
  }

  /// A default search twice as far; nil when it is not a default one or goes as far as it may.
  func grown(_ loaded: LoadedScenario, file: String) throws(ScenarioFailure) -> SearchSpace? {
    guard isDefault else { return nil }
    let wider = try SearchSpace(loaded, file: file, factor * 2)
    return wider.candidates.count > candidates.count ? wider : nil
  }

  private static func check(_ dimensions: [PlanSpec.Dimension]) throws(ScenarioFailure) {
    var errors: [Diagnostic] = []
    for (index, dimension) in dimensions.enumerated()
    where dimensions[..<index].contains(where: { $0.path == dimension.path }) {
      errors.append(
        Diagnostic(
          place: dimension.place, path: dimension.path, message: "searched twice", remedy: "name its values once"))
    }
    var count = 1
    for dimension in dimensions {
      let (product, isTooMany) = count.multipliedReportingOverflow(by: dimension.values.count)
      count = isTooMany ? Int.max : product
    }
    if count > mostDesigns, let last = dimensions.last {
      errors.append(
        Diagnostic(
          place: last.place, path: "plan.search", message: "\(count) designs are more than \(mostDesigns)",
          remedy: "take larger steps or fewer values"))
    }
    if !errors.isEmpty { throw .invalid(errors) }
  }

  /// The most shards of a default search, at first and in the end.
  private static let mostAtFirst = 500, mostShards = 2_000

  /// Without a search: the shards of each provisioned stream, from 1 to what `weir cost` says its peak needs with its
  /// headroom, twice over, or to twice what it has, whichever is more. Of several streams no more than all of them together
  /// may have.
  private static func shards(of loaded: LoadedScenario, file: String, _ factor: Int) -> [PlanSpec.Dimension] {
    let experiment = loaded.experiment, streams = ScenarioForm(experiment, headroom: loaded.plan.headroom).streams
    let searched = experiment.streams.indices.filter { experiment.streams[$0].capacity.mode == .provisioned }
    var most = searched.map {
      min(
        mostShards,
        factor * min(mostAtFirst, 2 * min(mostShards, max(experiment.streams[$0].shards, streams[$0].needed))))
    }
    while let large = most.max(), large > 1, isTooMany(most) { most = most.map { $0 == large ? large - 1 : $0 } }
    return zip(searched, most).map { stream, most in
      PlanSpec.Dimension(
        path: "streams.\(experiment.streams[stream].name).shards", values: (1...most).map(String.init),
        place: Place(file: file))
    }
  }

  private static func isTooMany(_ counts: [Int]) -> Bool {
    counts.reduce(1.0) { $0 * Double($1) } > Double(mostDesigns)
  }

  /// The product; a design that comes out the same twice stays once.
  private static func product(_ dimensions: [PlanSpec.Dimension], _ modes: [String: CapacityMode]) -> [Candidate] {
    var drawn: [[(PlanSpec.Dimension, String)]] = [[]]
    for dimension in dimensions {
      drawn = drawn.flatMap { chosen in dimension.values.map { chosen + [(dimension, $0)] } }
    }
    var seen: Set<[Candidate.Choice]> = []
    return drawn.map { candidate($0, modes) }.filter { seen.insert($0.choices).inserted }
  }

  /// On-demand streams have no shards to choose, provisioned ones no warm throughput; who reads by polling or fan-out has no
  /// visibility, who works on a queue no workers.
  private static func candidate(
    _ chosen: [(dimension: PlanSpec.Dimension, value: String)], _ modes: [String: CapacityMode]
  ) -> Candidate {
    var idle: [String] = [], removed: [Setting] = []
    for (dimension, value) in chosen {
      guard let stream = named(dimension.path, in: "streams", "mode"), let mode = CapacityMode(rawValue: value) else {
        continue
      }
      let keys = keysWithoutMeaning(in: mode).map { "streams.\(stream).\($0)" }
      idle += keys
      // Only a stream whose own mode differs may hold keys that contradict the choice.
      if modes[stream] != mode { removed += keys.map { Setting(path: $0, value: "null", place: dimension.place) } }
    }
    for (dimension, value) in chosen {
      guard let consumer = named(dimension.path, in: "consumers", "type") else { continue }
      // Those that the file holds go with its own type (SettingPass).
      idle += ConsumerKeys.withoutMeaning(in: value).map { "consumers.\(consumer).\($0)" }
    }
    let kept = chosen.filter { pair in
      !idle.contains { pair.dimension.path == $0 || pair.dimension.path.hasPrefix($0 + ".") }
    }
    return Candidate(
      choices: kept.map { Candidate.Choice(path: $0.dimension.path, value: $0.value) },
      settings: removed + kept.map { Setting(path: $0.dimension.path, value: $0.value, place: $0.dimension.place) })
  }

  /// The thing of a path such as `streams.clicks.mode`.
  private static func named(_ path: String, in section: String, _ key: String) -> String? {
    guard path.hasPrefix(section + "."), path.hasSuffix("." + key), path.count > section.count + key.count + 2 else {
      return nil
    }
    return String(path.dropFirst(section.count + 1).dropLast(key.count + 1))
  }

  private static func keysWithoutMeaning(in mode: CapacityMode) -> [String] {
    switch mode {
    case .provisioned: ["warm_throughput_mibps", "peak_history_mibps", "account_commitment", "record_distribution"]
    case .onDemandStandard: ["shards", "autoscaler", "warm_throughput_mibps", "account_commitment"]
    case .onDemandAdvantage: ["shards", "autoscaler"]
    }
  }

  private static func fixedModes(_ experiment: Experiment) -> [String: CapacityMode] {
    Dictionary(experiment.streams.map { ($0.name, $0.capacity.mode) }) { first, _ in first }
  }
}
