public import Planning
internal import Pricing
internal import Units

/// `weir estimate --queue`: the wall, instances, redelivery, safe visibility, and what stands beside a queue.
public struct QueueEstimateDocument: Exhibit {
  private let estimate: QueueEstimate
  private var form: QueueForm { estimate.form }
  private var shape: QueueShape { estimate.shape }

  /// The figures of an estimate.
  public init(_ estimate: QueueEstimate) { self.estimate = estimate }

  /// What a queue comes to, line by line; then each way of reading, and SQS, as tables.
  public var document: Document {
    let warnings = estimate.warnings.map { Prose(text: "warning: \($0)", markdown: "**Warning**: \($0)") }
    return Document(blocks: [
      .terminal([head] + facts.map { "  \($0.name): \($0.words)" }),
      .page([
        .heading(1, Prose(head)),
        .table(Table(["Queue", "At the peak"], facts.map { [Prose($0.name), Prose($0.words)] })),
      ]),
      .heading(2, "A month of 730 h, the stream with this one reader"), .table(ways),
      .paragraph(Prose(Self.price)), .heading(2, "SQS in its place"), .table(sqs), .paragraph(Prose(Self.averages)),
      .list(warnings),
    ])
  }

  private var head: String {
    let instances = Figures.count(estimate.instances, of: "instance")
    return "\(instances) of \(Figures.count(shape.threads, of: "thread")): \(Figures.number(form.rate)) records/s, "
      + "\(Figures.number(form.attempts)) attempts each, \(Figures.number(estimate.busyThreads)) threads busy on average"
  }

  private var facts: [(name: String, words: String)] {
    let share = Figures.percent(form.inFlight / Double(estimate.limit))
    let calls = estimate.calls
    return [
      (
        "in flight",
        "\(Figures.number(form.inFlight)) records on average, \(share) of the \(Figures.count(estimate.limit)) allowed"
      ),
      ("the wall", wall),
      ("received over acknowledged", Figures.number(estimate.amplification)),
      (
        "dead letters",
        "\(Figures.percent(form.deadShare)) of all records, \(Figures.number(form.rate * form.deadShare))/s" + death
      ),
      ("shortest safe visibility", safe),
      (
        "at \(Figures.duration(shape.visibility))",
        "work outlasts it in \(Figures.percent(estimate.outlasting)) of cases: "
          + "\(Figures.number(estimate.duplicatesADay)) records a day come twice"
      ),
      (
        "calls",
        "\(Figures.number(calls.receives)) receives/s and \(Figures.number(calls.acknowledgements)) acknowledgements/s when "
          + "receives are full"
      ),
    ]
  }

  private var wall: String {
    let rate = "\(Figures.number(form.mostRate(inFlight: estimate.limit))) records/s with these failures"
    let share = form.mostFailure(inFlight: estimate.limit).map {
      "\(Figures.percent($0)) of attempts failing at this rate"
    }
    return "\(rate); \(share ?? "at this rate no share of failures reaches it")"
  }

  private var death: String {
    estimate.timeToDeath.map {
      ", each at least \(Figures.duration($0)) after its first receipt when attempts fail silently"
    } ?? ""
  }

  private var safe: String {
    func words(_ time: Interval?) -> String { time.map(Figures.duration) ?? "more than twelve hours" }
    let batch = shape.batch > 1 ? ", \(words(estimate.visibilityOfBatch)) for the last of \(shape.batch)" : ""
    return
      "\(words(estimate.visibilityAlone)) for a record alone\(batch), outlasted in \(Figures.percent(shape.outlasting)) of cases "
      + "(\(law) work)"
  }

  private var law: String {
    switch shape.work {
    case .exponential: "exponential"
    case .lognormal: "lognormal"
    }
  }

  // MARK: Beside it

  private static let price =
    "Nobody has published what reading a queue costs: its row takes fan-out's price for each receipt's bytes, an assumption, not a price."
  private static let averages =
    "Averages only: backlogs, outages and records that wait for each other are what `weir run` simulates."

  private var ways: Table {
    Table(
      "Way of reading", numbers: QueueEstimate.modes.map(EstimateDocument.words),
      QueueEstimate.Way.allCases.map { way in
        [Prose(Self.words(way))] + (estimate.bills[way] ?? []).map { Prose(Self.total($0)) }
      })
  }

  private var sqs: Table {
    Table(
      "Queue", numbers: ["Requests a month", "USD", "In flight", "of the limit", "Calls/s to send", "to receive"],
      estimate.sqs.map { form in
        let note = form.obstacle.map { ": no, \($0)" } ?? (form.needsHighThroughput ? ", high throughput" : "")
        return [
          Prose(Self.words(form.kind) + note), .number(Double(form.requests)),
          Prose(form.cost.map(Figures.dollars) ?? Figures.nothing), .number(form.inFlight),
          .percent(form.inFlightShare), .number(form.sends), .number(form.receives),
        ]
      })
  }

  private static func total(_ bill: Bill) -> String {
    bill.isPartial(nil) ? "no price known" : Figures.dollars(bill.total)
  }

  private static func words(_ way: QueueEstimate.Way) -> String {
    switch way {
    case .polling: "polling"
    case .fanOut: "fan-out"
    case .queueAsFanOut: "queue, billed as fan-out (assumed)"
    }
  }

  private static func words(_ kind: SQSForm.Kind) -> String {
    switch kind {
    case .standard: "SQS Standard"
    case .fifo: "SQS FIFO"
    }
  }

  // MARK: For programs

  /// `weir.queue-estimate/v1`. What the queue itself costs is null: nobody has published it.
  public var value: JSONValue {
    let costs = QueueEstimate.Way.allCases.map { way in
      (
        way.rawValue,
        JSONValue.named(zip(QueueEstimate.modes, estimate.bills[way] ?? []).map { ($0.rawValue, Self.money($1)) })
      )
    }
    let missing = JSONValue([
      "usd_month": JSONValue.null, "reason": Self.price,
    ])
    return JSONValue([
      "schema": "weir.queue-estimate/v1", "instances": estimate.instances, "threads_per_instance": shape.threads,
      "busy_threads": estimate.busyThreads, "attempts_per_record": form.attempts,
      "amplification": estimate.amplification, "dead_share": form.deadShare, "queue_price": missing,
      "in_flight": JSONValue(["mean": form.inFlight, "limit": estimate.limit]), "wall": wallValue,
      "visibility": visibilityValue, "time_to_death_s": JSONValue.optional(estimate.timeToDeath?.inSeconds),
      "calls_per_s": JSONValue([
        "receives": estimate.calls.receives, "acknowledgements": estimate.calls.acknowledgements,
      ]),
      "cost_usd_month": .named(costs), "sqs": .named(estimate.sqs.map { ($0.kind.rawValue, Self.json($0)) }),
      "warnings": estimate.warnings,
    ])
  }

  private var wallValue: JSONValue {
    JSONValue([
      "records_per_s": form.mostRate(inFlight: estimate.limit),
      "failure_share": JSONValue.optional(form.mostFailure(inFlight: estimate.limit)),
    ])
  }

  private var visibilityValue: JSONValue {
    JSONValue([
      "given_s": shape.visibility.inSeconds, "outlasted_share": estimate.outlasting,
      "duplicates_per_day": estimate.duplicatesADay, "allowed_share": shape.outlasting,
      "safe_alone_s": JSONValue.optional(estimate.visibilityAlone?.inSeconds),
      "safe_batch_s": JSONValue.optional(estimate.visibilityOfBatch?.inSeconds),
    ])
  }

  private static func money(_ bill: Bill) -> JSONValue {
    bill.isPartial(nil) ? .null : .number(bill.total.roundedToCents.inDollars)
  }

  private static func json(_ form: SQSForm) -> JSONValue {
    JSONValue([
      "messages_per_call": form.batch, "requests_month": JSONValue.count(form.requests),
      "cost_usd_month": JSONValue.optional(form.cost?.roundedToCents.inDollars), "in_flight": form.inFlight,
      "in_flight_limit": form.inFlightLimit, "sends_per_s": form.sends, "receives_per_s": form.receives,
      "deletes_per_s": form.deletes, "needs_high_throughput": form.needsHighThroughput,
      "obstacle": JSONValue.optional(form.obstacle),
    ])
  }
}
