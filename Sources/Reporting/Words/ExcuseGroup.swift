internal import Planning
internal import Units

/// Excuses that say the same of several designs, in one sentence.
struct ExcuseGroup {
  /// The one that tells most: the first that was simulated, or else the first.
  private(set) var first: Excuse
  private(set) var count = 1
  private var needs: ClosedRange<Double>?, has: ClosedRange<Double>?

  private init(_ excuse: Excuse) {
    first = excuse
    needs = excuse.needs.map { $0...$0 }
    has = excuse.has.map { $0...$0 }
  }

  /// Groups of equal limit, subject and unit, in the order in which they first occur.
  static func all(_ excuses: [Excuse]) -> [ExcuseGroup] {
    var groups: [ExcuseGroup] = []
    for excuse in excuses {
      if let known = groups.firstIndex(where: { $0.isAlike(excuse) }) {
        groups[known].add(excuse)
      } else {
        groups.append(ExcuseGroup(excuse))
      }
    }
    return groups
  }

  /// Shards differ by design: what binds them is the same.
  private func isAlike(_ excuse: Excuse) -> Bool {
    guard first.limit == excuse.limit, first.unit == excuse.unit, Self.isTied(first) == Self.isTied(excuse) else {
      return false
    }
    return Self.owner(first) == Self.owner(excuse)
  }

  /// Whether a design has exactly what the best one has, and was found later.
  private static func isTied(_ excuse: Excuse) -> Bool { excuse.limit == .dearer && excuse.needs == excuse.has }

  private static func owner(_ excuse: Excuse) -> String {
    switch excuse.limit {
    case .writeRecords, .writeBytes: String(excuse.subject.split(separator: " ").first ?? "")
    case .scenario: excuse.remark
    case .hotKey, .readCalls, .readBytes, .autoscaler, .onDemandScaling, .accountConcurrency, .consumer, .budget,
      .objective, .undecided, .dearer, .notSimulated, .price, .worlds, .queueInFlight, .queueRedelivery, .consumerLimit,
      .retention:
      excuse.subject
    }
  }

  private mutating func add(_ excuse: Excuse) {
    count += 1
    if first.basis != .simulated, excuse.basis == .simulated { first = excuse }
    needs = Self.joined(needs, excuse.needs)
    has = Self.joined(has, excuse.has)
  }

  private static func joined(_ range: ClosedRange<Double>?, _ value: Double?) -> ClosedRange<Double>? {
    guard let value else { return range }
    guard let range else { return value...value }
    return min(range.lowerBound, value)...max(range.upperBound, value)
  }

  /// The whole group on one line.
  var sentence: String {
    let designs =
      count == 1
      ? PlanDocument.choices(first.choices) : "\(count) designs, such as \(PlanDocument.choices(first.choices))"
    return "\(designs): \(reason)"
  }

  /// Why not, of one design.
  static func reason(_ excuse: Excuse) -> String { ExcuseGroup(excuse).reason }

  /// What kept a design from being chosen, in a few words.
  static func kind(_ excuse: Excuse) -> String {
    switch excuse.limit {
    case .writeRecords, .writeBytes: "a shard is too full"
    case .hotKey: "one key is too much for a shard"
    case .readCalls, .readBytes: "a shard's readers are throttled"
    case .autoscaler, .onDemandScaling: "scaling is too slow"
    case .accountConcurrency: "Lambda's concurrency"
    case .consumer: "a consumer falls behind"
    case .queueInFlight, .queueRedelivery: "a queue is at its limit"
    case .consumerLimit: "too many consumers"
    case .retention: "records expire unread"
    case .budget: "above the budget"
    case .objective: "slo \(excuse.subject) fails"
    case .undecided: "too few runs to tell"
    case .dearer: isTied(excuse) ? "no better" : "costs more"
    case .notSimulated: "not simulated"
    case .scenario: "refused by the scenario"
    case .price: "no price"
    case .worlds: "fails in too many cases"
    }
  }

  private var reason: String {
    let remark = first.remark.isEmpty ? "" : " (\(first.remark))"
    let (needs, has) = (text(needs), text(has))
    switch first.limit {
    case .writeRecords: return "records of \(first.subject): demand \(needs), limit \(has)\(remark)"
    case .writeBytes: return "bytes of \(first.subject): demand \(needs), limit \(has)\(remark)"
    case .hotKey: return "hot key: \(first.subject) alone sends \(needs), a shard takes \(has); \(first.remark)"
    case .readCalls: return "read calls of \(first.subject): \(needs) wanted, \(has) answered\(remark)"
    case .readBytes: return "read bytes of \(first.subject): \(needs) wanted, \(has) given\(remark)"
    case .autoscaler:
      return "the autoscaler of \(first.subject) was too slow: \(needs) were needed, \(has) open\(remark)"
    case .onDemandScaling:
      return "on-demand scaling of \(first.subject) was too slow: \(needs) were needed, \(has) open\(remark)"
    case .accountConcurrency:
      return "account concurrency: \(first.subject) and others want \(needs) at once, the account runs \(has)\(remark)"
    case .consumer: return "consumer \(first.subject) falls behind by \(needs)\(remark)"
    case .queueInFlight:
      return "records in flight of queue \(first.subject): \(needs) wanted, \(has) allowed\(remark)"
    case .queueRedelivery: return "redelivery in queue \(first.subject): \(needs) for \(has) done\(remark)"
    case .consumerLimit: return "consumers of \(first.subject): \(needs) wanted, \(has) allowed\(remark)"
    case .retention: return "retention: \(needs) left the stream before \(first.subject) read them\(remark)"
    case .budget: return "budget \(first.subject): comes to \(has), \(needs) allowed\(remark)"
    case .objective: return "slo \(first.subject): comes to \(has), wanted \(needs)\(remark)"
    case .undecided: return "slo \(first.subject), too few runs to tell: \(has) on average, wanted \(needs)\(remark)"
    case .dearer where Self.isTied(first): return "no better: \(needs), as \(first.subject) has\(remark)"
    case .dearer:
      let other = self.has == nil ? "" : "; \(first.subject) costs \(has)"
      return "\(count == 1 ? "costs" : "cost") more: \(needs)\(remark)\(other)"
    case .notSimulated: return "not simulated: \(first.remark)"
    case .scenario: return "the scenario refuses it: \(first.remark)"
    case .price: return "no price: \(first.remark)"
    case .worlds: return "objectives met in \(has) of the cases, wanted \(needs)"
    }
  }

  private func text(_ range: ClosedRange<Double>?) -> String {
    guard let range else { return Figures.nothing }
    let (low, high) = (Self.parts(range.lowerBound, first.unit), Self.parts(range.upperBound, first.unit))
    return low == high ? low.figure + low.unit : "\(low.figure) to \(high.figure)\(high.unit)"
  }

  /// A figure with its unit.
  static func text(_ value: Double, _ unit: String) -> String {
    let parts = parts(value, unit)
    return parts.figure + parts.unit
  }

  /// A figure, and the unit that a range says once; empty where each end says its own.
  private static func parts(_ value: Double, _ unit: String) -> (figure: String, unit: String) {
    switch unit {
    case "USD/month": (Figures.dollars(value) + " a month", "")
    case "USD/month of regret": (Figures.dollars(value) + " of regret a month", "")
    case "bytes/s": (Figures.size(Bytes(Int64(clamping: value))) + "/s", "")
    case "share": (Figures.percent(value), "")
    default: (Figures.number(value), unit.isEmpty ? "" : " \(unit)")
    }
  }
}
