internal import Experiment
internal import Models
internal import Scenario
internal import Simulation

/// The worlds that uncertain values may make true.
struct Worlds: Sendable {
  /// One of them.
  struct World: Sendable {
    /// Its place in the unit cube, one coordinate for each uncertain value: how likely each is to be less.
    var point: [Double]
    /// The values, laid over the file.
    var settings: [Setting]
  }

  /// The most worlds of a plan.
  static let most = 4_096

  /// What is uncertain, in the order of the file.
  let uncertainties: [PlanSpec.Uncertainty]
  /// The likeliest value of each.
  let likeliest: [Setting]
  /// Worlds as even as Sobol's points; none unless regret is asked for.
  let all: [World]

  /// The worlds of a scenario. Throws when a path leads nowhere, a value is refused, or regret is asked for and nothing is
  /// uncertain.
  init(_ loaded: LoadedScenario, _ template: ScenarioTemplate, _ request: PlanRequest) throws(ScenarioFailure) {
    let plan = loaded.plan
    uncertainties = plan.uncertainties
    try Self.check(plan, template.file)
    var laws: [(PlanSpec.Uncertainty, isWhole: Bool)] = []
    for one in plan.uncertainties { laws.append((one, try Self.isWhole(one, template, request))) }
    likeliest = laws.map { Self.setting($0, $1, $0.mid) }
    let bounds = laws.map { Self.bounds($0, isWhole: $1, template, request) }
    guard plan.goal == .leastRegret else {
      all = []
      return
    }
    let points = SobolPoints.first(min(Self.most, request.samples ?? plan.samples), dimensions: laws.count)
    all = points.map { point in
      let settings = laws.indices.map { index in
        let value = Self.law(laws[index].0).quantile(point[index]), bounds = bounds[index]
        return Self.setting(
          laws[index].0, laws[index].isWhole, min(max(value, bounds.lowerBound), bounds.upperBound))
      }
      return World(point: point, settings: settings)
    }
  }

  /// What worlds may take: all that the law gives, or on a side where the scenario refuses its far end no more than the
  /// range that was stated.
  private static func bounds(
    _ one: PlanSpec.Uncertainty, isWhole: Bool, _ template: ScenarioTemplate, _ request: PlanRequest
  ) -> ClosedRange<Double> {
    func isTaken(_ share: Double) -> Bool {
      let far = [setting(one, isWhole, law(one).quantile(share))]
      do {
        _ = try template.load(settings: request.settings + far, seed: request.seed)
        return true
      } catch {
        return false
      }
    }
    let low = isTaken(1e-5) ? -Double.infinity : one.low, high = isTaken(1 - 1e-5) ? Double.infinity : one.high
    return low...high
  }

  private static func check(_ plan: PlanSpec, _ file: String) throws(ScenarioFailure) {
    guard plan.goal == .leastRegret else { return }
    let place = plan.uncertainties.last?.place ?? Place(file: file)
    if plan.uncertainties.isEmpty {
      throw .invalid([
        Diagnostic(
          place: place, path: "plan.objective", message: "least_regret weighs worlds, and nothing is uncertain",
          remedy: "add plan.uncertainty, or take min_cost")
      ])
    }
    if plan.uncertainties.count > SobolPoints.mostDimensions {
      throw .invalid([
        Diagnostic(
          place: place, path: "plan.uncertainty",
          message: "\(plan.uncertainties.count) uncertain values are more than \(SobolPoints.mostDimensions)")
      ])
    }
  }

  /// Whether the value goes in as a whole number: because the range is wide and whole, or because the scenario takes no
  /// other. Throws when the scenario refuses an end of the range.
  private static func isWhole(
    _ one: PlanSpec.Uncertainty, _ template: ScenarioTemplate, _ request: PlanRequest
  ) throws(ScenarioFailure) -> Bool {
    for value in [one.low, one.mid, one.high] {
      _ = try template.load(settings: request.settings + [setting(one, false, value)], seed: request.seed)
    }
    guard [one.low, one.mid, one.high].allSatisfy({ $0 == $0.rounded() && $0.magnitude < 1e15 }) else { return false }
    if one.high - one.low >= 20 { return true }
    let between = [setting(one, false, one.low + (one.high - one.low) / 3)]
    do {
      _ = try template.load(settings: request.settings + between, seed: request.seed)
      return false
    } catch {
      return true
    }
  }

  private static func setting(_ one: PlanSpec.Uncertainty, _ isWhole: Bool, _ value: Double) -> Setting {
    let text = isWhole ? DecimalText.plain(value.rounded()) : DecimalText.rounded(value, digits: 6)
    return Setting(path: one.path, value: text, place: one.place)
  }

  private static func law(_ one: PlanSpec.Uncertainty) -> TwoPieceLaw {
    TwoPieceLaw(low: one.low, mid: one.mid, high: one.high, confidence: one.confidence)
  }
}
