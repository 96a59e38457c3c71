internal import Experiment
internal import KinesisCore
internal import Models
internal import Scenario
internal import Units

/// How to change a stream from what it is to what a plan wants: commands for AWS's command line.
public struct ReshardAdvice: Sendable, Hashable {
  /// Which way it goes.
  public enum Way: String, Sendable, Hashable {
    /// UpdateShardCount to even shards.
    case uniform
    /// SplitShard where the load lies.
    case split
    /// Another mode.
    case mode
  }
  /// Whether the result was simulated.
  public enum Proof: String, Sendable, Hashable {
    /// It is the design that the plan chose.
    case chosen
    /// It was simulated, and every objective holds.
    case holds
    /// It was simulated, and not every objective is shown to hold.
    case fails
    /// It was not simulated: the scenario has events of its own, or there was no room.
    case none
  }

  /// The stream.
  public var stream: String
  /// Which way it goes.
  public var way: Way
  /// Shards before and after; 0 where they are AWS's to choose.
  public var before: Int, after: Int
  /// Commands and comments, in order.
  public var commands: [String]
  /// The share of the stream's records that the hottest shard has afterwards, by arithmetic; nil where it is unknown.
  public var hottest: Double?
  /// A month's cost in US dollars; nil for the chosen design, whose cost is in the plan.
  public var monthlyCost: Double?
  /// Whether the result was simulated.
  public var proof: Proof
  /// What else there is to say; may be empty.
  public var remark = ""

  /// UpdateShardCount in steps that AWS takes: at most double, at least half, a limited number in 24 hours, to `most` shards
  /// at most (facts §4). Where it does not lead to `to`, a comment says so in place of commands.
  public static func uniform(_ stream: String, from: Int, to: Int, perDay: Int, most: Int) -> [String] {
    precondition(from >= 1 && to >= 1 && perDay >= 1, "no such change")
    guard from == to || max(from, to) <= most else {
      return [
        "# update-shard-count goes to \(most) shards: create a stream of \(to) and move to it, or split shard by shard"
      ]
    }
    var lines: [String] = [], (now, calls) = (from, 0)
    while now != to {
      if calls > 0, calls % perDay == 0 {
        lines.append("# \(perDay) calls in 24 hours are used up: go on when a day has passed since the first of them")
      }
      now = to > now ? min(2 * now, to) : max((now + 1) / 2, to)
      calls += 1
      let call = ShellLine("aws", "kinesis", "update-shard-count").with("--stream-name", stream)
        .with("--target-shard-count", "\(now)").with("--scaling-type", "UNIFORM_SCALING")
      lines += ["\(call)", waiting(stream)]
    }
    return lines
  }

  /// SplitShard by SplitShard.
  public static func splits(_ stream: String, _ plan: SplitPlan) -> [String] {
    plan.steps.flatMap { step in
      let call = ShellLine("aws", "kinesis", "split-shard").with("--stream-name", stream)
        .with("--shard-to-split", "\(step.shard)").with("--new-starting-hash-key", "\(step.key)")
      return ["\(call)", waiting(stream)]
    }
  }

  /// Another mode; the account's commitment first, where the mode needs it.
  static func mode(_ stream: String, _ mode: CapacityMode) -> [String] {
    let account =
      mode == .onDemandAdvantage
      ? ["# first enable the account's minimum throughput billing commitment: it holds for all its on-demand streams"]
      : []
    let name = mode == .provisioned ? "PROVISIONED" : "ON_DEMAND"
    let arn = ShellLine("aws", "kinesis", "describe-stream-summary").with("--stream-name", stream)
      .with("--query", "StreamDescriptionSummary.StreamARN").with("--output", "text")
    return account + [
      "aws kinesis update-stream-mode --stream-arn \"$(\(arn))\" --stream-mode-details StreamMode=\(name)",
      waiting(stream),
    ]
  }

  /// The waiter looks every ten seconds, eighteen times (facts §4): a large change may need it twice.
  private static func waiting(_ stream: String) -> String {
    "\(ShellLine("aws", "kinesis", "wait", "stream-exists").with("--stream-name", stream))"
  }
}
