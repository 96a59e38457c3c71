public import KinesisCore
public import Pricing
public import Units

/// Amazon SQS in the place of a queue, in closed form: who writes to the stream sends messages instead.
///
/// Nothing of it is simulated. Receives that find nothing, calls that extend visibility, and the account's free million are left out.
public struct SQSForm: Sendable, Hashable {
  /// Which of its two kinds.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// In no promised order.
    case standard
    /// In order within a message group.
    case fifo
  }

  /// Which kind.
  public let kind: Kind
  /// Messages of a call.
  public let batch: Int
  /// Calls a second at the peak: sends, receives, deletes.
  public let sends: Double, receives: Double, deletes: Double
  /// Requests billed in a month of 730 hours, and what they cost; nil where no price is known or nothing can be sent.
  public let requests: Int128, cost: Money?
  /// What is in flight at the peak, on average, and the most there may be.
  public let inFlight: Double, inFlightLimit: Int64
  /// Calls a second of each action that a FIFO queue takes without and with high throughput; nil of a standard one.
  public let plainCalls: Int64?, highCalls: Int64?
  /// Why it is no alternative; nil when it is.
  public let obstacle: String?

  /// `form` has the peak's rate and its failures, `mean` the messages a second of the month, each of `size`.
  public init(
    _ kind: Kind, _ form: QueueForm, mean: Double, size: Bytes, batch: Int, limits: LimitsProfile, prices: PriceBook,
    region: String
  ) {
    let most = limits[.sqs.messageBytes], fitting = max(1, Int(clamping: most / max(1, size.count)))
    let batch = min(batch, Int(limits[.sqs.messagesPerCall]), fitting), acknowledged = 1 - form.deadShare
    (self.kind, self.batch) = (kind, batch)
    (sends, receives) = (form.rate / Double(batch), form.rate * form.attempts / Double(batch))
    deletes = form.rate * acknowledged / Double(batch)
    // Only calls that carry messages are billed by size.
    let units = Double(max(1, (size.count * Int64(batch)).steps(of: limits[.sqs.requestUnit])))
    let perMessage = (units * (1 + form.attempts) + acknowledged) / Double(batch), span = Interval.hours(730)
    requests = Amount.steady(perSecond: mean * perMessage, over: span).whole
    (inFlight, inFlightLimit) = (
      form.inFlight, limits[kind == .standard ? .sqs.inFlightStandard : .sqs.inFlightFIFO]
    )
    plainCalls = kind == .fifo ? limits[.sqs.fifoCalls] : nil
    highCalls = kind == .fifo ? limits[.sqs.fifoCallsHigh] : nil
    obstacle = Self.obstacle(size.count, most, max(sends, receives), highCalls)
    let item: PriceItem = kind == .standard ? .sqsStandard : .sqsFIFO
    let usage = Usage(lines: [.init(item, scope: .account, quantity: requests)], over: span)
    let bill = Bill(usage, for: .month730h, book: prices, region: region)
    cost = bill.isPartial(nil) || obstacle != nil ? nil : bill.total
  }

  private static func obstacle(_ size: Int64, _ most: Int64, _ calls: Double, _ limit: Int64?) -> String? {
    if size > most { return "a message has at most \(most) bytes" }
    guard let limit, calls > Double(limit) else { return nil }
    return "more than \(limit) calls a second of an action, what high throughput allows in the largest regions"
  }

  /// Whether a FIFO queue needs high throughput for it.
  public var needsHighThroughput: Bool { plainCalls.map { max(sends, receives) > Double($0) } ?? false }

  /// The share of the in-flight limit that is used at the peak.
  public var inFlightShare: Double { inFlight / Double(max(1, inFlightLimit)) }
}
