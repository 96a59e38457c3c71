public import Experiment
internal import Models
public import Pricing
internal import Units

/// What a scenario costs by arithmetic, without a simulation: as it is written, and in all three modes side by side.
///
/// The averages of its producers over its horizon go on until the period is over, as a run's usage does; a run makes the same
/// `Bill` from the same kind of `Usage`. What it cannot know is said in `caveats`.
public struct ScenarioBill: Sendable {
  /// A stream, and the shards it is billed and filled with.
  public struct Stream: Sendable, Hashable {
    /// Its name, and the mode the scenario gives it.
    public var name: String, mode: BillingMode
    /// Its shards in the scenario.
    public var shards: Int
    /// Shards that its peak needs with the headroom, and the limit that decides.
    public var needed: Int, binding: Estimate.Need.Name
    /// Shards that AWS's sizing formula asks for with the same headroom: records rounded up to 1 KiB, their number left out.
    public var shardsByFormula: Int
    /// Shards in each mode, in the order of `BillingMode.allCases`: the scenario's own in its own mode; else those needed when
    /// provisioned, and those that the service would hold for twice the peak on demand.
    public var shardsByMode: [Int]
    /// Bytes and records a second: the mean over the horizon.
    public var meanBytes: Double, meanRecords: Double
    /// The highest of each.
    public var peakBytes: Double, peakRecords: Double
  }
  /// All streams in one mode, and everything beside them.
  public struct Side: Sendable, Hashable {
    /// The mode.
    public var mode: BillingMode
    /// The streams' shards together.
    public var shards: Int
    /// The whole bill.
    public var bill: Bill
  }

  /// The scenario's name, and the region whose prices hold.
  public let name: String, region: String
  /// What the bills are made out for.
  public let period: BillingPeriod
  /// Room above the peak in shards that are needed, as a share.
  public let headroom: Double
  /// The streams in the order of the file.
  public let streams: [Stream]
  /// The bill of the scenario as it is written.
  public let own: Bill
  /// The three modes, in the order of `BillingMode.allCases`; empty without streams.
  public let sides: [Side]
  /// What arithmetic already shows to be impossible or unwise, a sentence each.
  public let warnings: [String]
  /// What a closed form does not know of this scenario, and which way that moves its lines.
  public let caveats: [CostCaveat]

  private let use: ScenarioForm, span: Interval

  /// The bill of a scenario for a period; nil is the scenario's own. `headroom` is 0 or more.
  public init(_ experiment: Experiment, period given: BillingPeriod? = nil, headroom: Double) {
    let period = given ?? experiment.horizon.billing
    let use = ScenarioForm(experiment, headroom: headroom), span = period.length ?? experiment.horizon.duration
    (self.use, self.span) = (use, span)
    func bill(_ design: [ScenarioForm.Design]) -> Bill {
      Bill(use.usage(of: design, over: span), for: period, book: experiment.prices, region: experiment.region)
    }
    (name, region, self.period, self.headroom) = (experiment.name, experiment.region, period, headroom)
    own = bill(use.own)
    sides =
      experiment.streams.isEmpty
      ? []
      : BillingMode.allCases.map { mode in
        let design = use.design(mode)
        return Side(mode: mode, shards: design.reduce(0) { $0 + $1.shards }, bill: bill(design))
      }
    streams = use.streams
    warnings = use.warnings
    caveats = ScenarioCaveats(experiment).all
  }

  /// The bill of a month of 730 hours of a scenario as it is written.
  static func month(of experiment: Experiment) -> Bill {
    let form = ScenarioForm(experiment, headroom: 0)
    return Bill(
      form.usage(of: form.own, over: .hours(730)), for: .month730h, book: experiment.prices, region: experiment.region)
  }

  /// Where the streams' costs cross as their loads grow and shrink together, provisioned shards following with the headroom.
  /// Hundreds of bills are made to find out.
  public var breakEven: [BreakEven] { streams.isEmpty ? [] : use.breakEven(over: span, period) }
}
