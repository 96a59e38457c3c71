internal import KinesisCore
internal import Simulation
internal import Units

/// One shard of a stream whose writers are settled: how far, what waits to be tried again, and what is drawn of its arrivals.
///
/// It draws and decides; what is put, and what becomes of it, is `StreamFlow`'s.
struct ShardFlow {
  /// The next records known to come, drawn ahead because somebody waits for them.
  struct Head {
    let at: Instant
    /// Of which writer, how many; up to which sum of its pulse.
    let writer: Int, count: Int64, sum: Double
  }

  /// How many records of a writer arrive in a stretch, and what they come to.
  struct Part {
    let writer: Int, count: Int64, sums: Tariff.Intake
  }

  /// What a stretch's mean must stay below a bucket's tokens by, in standard deviations.
  private static let margin = 8.0
  /// Records of so few calls keep the calls' instants.
  private static let fewCalls = 16
  /// Shorter stretches go by record.
  static let shortest = Interval(nanoseconds: 62_500_000)

  /// All that arrived up to here is in the shard.
  private(set) var upTo: Instant
  var trail: Trail
  /// What will be tried again, the next one last.
  private(set) var waiting: [PutAttempt] = []
  private(set) var head: Head?
  /// What became of puts since it was last told: for CloudWatch's book.
  var accepted: Int64 = 0, bytes: Int64 = 0, refused: Int64 = 0, tries: Int64 = 0
  /// By writer: its share of the writer's records, and the sum of its pulse up to which they were drawn.
  let shares: [Double]
  private(set) var sums: [Double]
  private var counts: RandomStream, sizes: RandomStream, gaps: RandomStream, jitter: RandomStream, times: RandomStream
  /// The last wait that was drawn: records of one call wait together.
  private var lastWait: (at: Instant, writer: Int32, number: Int32, wait: Interval, half: Interval)?

  init(
    _ gate: GateReading, shares: [Double], sums: [Double], at now: Instant, draws: (Purpose) -> RandomStream
  ) {
    (upTo, trail, self.shares, self.sums) = (now, Trail(gate), shares, sums)
    (counts, sizes, gaps) = (draws(.arrival), draws(.size), draws(.phase))
    (jitter, times) = (draws(.retryJitter), draws(.latency))
  }

  /// All that arrived up to an instant is in the shard.
  mutating func pass(to instant: Instant, _ writers: [FlowWriter]) {
    upTo = instant
    for index in writers.indices { sums[index] = max(sums[index], writers[index].pulse.sum(at: instant)) }
  }

  // MARK: Deciding

  private func expected(_ writer: Int, until to: Instant, _ writers: [FlowWriter]) -> Double {
    writers[writer].expected(of: shares[writer], behind: sums[writer], until: to)
  }

  /// How far it can be settled for sure, at most until `stop`; nil when not even for the shortest stretch.
  func stretch(until stop: Instant, grain: Interval, _ gate: GateReading, _ writers: [FlowWriter]) -> Instant? {
    let missing = gate.missing(at: upTo)
    var to = min(stop, upTo + grain)
    for index in writers.indices where writers[index].pulse.isByRate {
      if let corner = writers[index].pulse.corner(behind: upTo) { to = min(to, corner) }
    }
    while true {
      if fits(until: to, gate, missing, writers) { return to }
      let half = Interval(nanoseconds: (to - upTo).nanoseconds / 2)
      guard half >= Self.shortest else { return nil }
      to = upTo + half
    }
  }

  /// Whether both buckets hold whatever may come, in whatever order. Decided before anything is drawn: a stretch that is cut
  /// up because of what was drawn refuses too much where sizes vary near the limit.
  private func fits(
    until to: Instant, _ gate: GateReading, _ missing: (records: Int64, bytes: Int64), _ writers: [FlowWriter]
  ) -> Bool {
    var (records, bytes, variance, largest) = (0.0, 0.0, 0.0, 0.0)
    for index in writers.indices {
      let mean = expected(index, until: to, writers), moments = writers[index].moments
      records += mean
      bytes += mean * moments.mean
      variance += mean * moments.square
      largest = max(largest, moments.large)
    }
    let most = records + Self.margin * DeterministicMath.sqrt(records) + Self.margin
    let heaviest = bytes + Self.margin * (DeterministicMath.sqrt(variance) + largest)
    return most + Double(missing.records) / 1e9 <= Double(gate.capacities.records)
      && heaviest + Double(missing.bytes) / 1e9 <= Double(gate.capacities.bytes)
  }

  // MARK: Drawing

  /// How many of a writer's records arrive by an instant: of each call its sure record or not, of the others a Poisson count.
  private mutating func drawCount(_ writer: Int, until to: Instant, _ writers: [FlowWriter]) -> Int64 {
    let mean = expected(writer, until: to, writers), share = shares[writer]
    guard mean > 0 else { return 0 }
    let calls = writers[writer].pulse.calls(from: upTo, to: to)
    let sure = counts.binomial(n: calls, p: min(1, share))
    return Int64(sure + counts.poisson(mean: max(0, mean - share * Double(calls))))
  }

  /// What arrives by an instant, writer by writer.
  mutating func draw(until to: Instant, _ writers: [FlowWriter], into parts: inout [Part]) {
    parts.removeAll(keepingCapacity: true)
    for index in writers.indices {
      let count = drawCount(index, until: to, writers)
      guard count > 0 else { continue }
      let sums = writers[index].moments.draw(count, of: writers[index].plan, from: &sizes)
      parts.append(Part(writer: index, count: count, sums: sums))
    }
  }

  /// What arrives by an instant, one attempt after the other.
  mutating func drawAttempts(until to: Instant, _ writers: [FlowWriter]) -> [PutAttempt] {
    var attempts: [PutAttempt] = []
    for index in writers.indices {
      attempts += scatter(drawCount(index, until: to, writers), nil, of: index, until: to, writers)
    }
    if writers.count > 1 { attempts.sort { $0.at < $1.at } }
    return attempts
  }

  /// So many records of a writer, laid where its calls or its curve have them; with equal parts of `bytes`, or sizes that are
  /// drawn.
  mutating func scatter(
    _ count: Int64, _ bytes: Int64?, of index: Int, until to: Instant, _ writers: [FlowWriter]
  ) -> [PutAttempt] {
    guard count > 0 else { return [] }
    let even = bytes.map { $0 / count } ?? writers[index].moments.constant
    var (attempts, sizes, births) = ([PutAttempt](), sizes, times)
    writers[index].pulse.scatter(count, from: upTo, to: to, drawing: &gaps) { at, count, knot, expected in
      let flush = at - knot.half
      let all = PutAttempt(
        at: at, count: Int32(count), size: Int32(even ?? 0), writer: Int32(index), bornFrom: flush - knot.window,
        bornTo: flush, half: knot.half, expected: expected)
      guard even == nil else { return attempts.append(all) }
      attempts += all.one(by: all.births(drawing: &births)) { Int32(writers[index].plan.drawSize(from: &sizes)) }
    }
    (self.sizes, times) = (sizes, births)
    return attempts
  }

  /// The records of a stretch's parts by arrival, call by call.
  mutating func layCalls(_ parts: [Part], until to: Instant, _ writers: [FlowWriter], into runs: inout [ArrivalRun]) {
    runs.removeAll(keepingCapacity: true)
    for part in parts {
      writers[part.writer].pulse.scatter(part.count, from: upTo, to: to, drawing: &gaps) { at, count, _, _ in
        runs.append(ArrivalRun(count: count, first: at, last: at))
      }
    }
    if parts.count > 1 { runs.sort { $0.first < $1.first } }
  }

  /// A span's records by arrival: call by call where those are few; else the first, the last, and the others evenly between.
  mutating func layRuns(of span: RecordSpan, _ writers: [FlowWriter], into runs: inout [ArrivalRun]) {
    runs.removeAll(keepingCapacity: true)
    guard writers.count == 1, !writers[0].pulse.isByRate else { return layCurve(of: span, into: &runs) }
    let calls = writers[0].pulse.calls(from: span.from, to: span.to)
    guard calls > Self.fewCalls else {
      return writers[0].pulse.scatter(span.count, from: span.from, to: span.to, drawing: &gaps) { at, count, _, _ in
        runs.append(ArrivalRun(count: count, first: at, last: at))
      }
    }
    let (first, last) = writers[0].pulse.ends(from: span.from, to: span.to), part = 1 / Double(calls)
    let early = Int64(gaps.binomial(n: Int(span.count), p: part))
    let late = Int64(gaps.binomial(n: Int(span.count - early), p: part / (1 - part)))
    lay([(early, first, first), (span.count - early - late, first, last), (late, last, last)], into: &runs)
  }

  /// Along a curve: the least of n uniforms, the largest of those that are left, and the others between.
  private mutating func layCurve(of span: RecordSpan, into runs: inout [ArrivalRun]) {
    let length = Double((span.to - span.from).nanoseconds), count = Double(span.count)
    let early = length * (1 - DeterministicMath.exp(-gaps.exponential() / count))
    let first = min(span.to, span.from + Interval(nanoseconds: max(1, Int64(early))))
    guard span.count > 1 else { return lay([(1, first, first)], into: &runs) }
    let late = (length - early) * (1 - DeterministicMath.exp(-gaps.exponential() / (count - 1)))
    let last = max(first, span.to - Interval(nanoseconds: Int64(late)))
    lay([(1, first, first), (span.count - 2, first, last), (1, last, last)], into: &runs)
  }

  private func lay(_ parts: [(count: Int64, first: Instant, last: Instant)], into runs: inout [ArrivalRun]) {
    for part in parts where part.count > 0 {
      runs.append(ArrivalRun(count: part.count, first: part.first, last: part.last))
    }
  }

  /// When the records arrived that were settled since the gate was last known: drawn now, given how many there were.
  mutating func replay(_ writers: [FlowWriter]) -> [RecordArrival] {
    var arrivals: [RecordArrival] = []
    for cell in trail.cells { append(cell, writers, to: &arrivals) }
    return arrivals
  }

  private mutating func append(_ cell: Trail.Cell, _ writers: [FlowWriter], to arrivals: inout [RecordArrival]) {
    guard cell.from < cell.to else {
      arrivals += RecordArrival.even(cell.count, cell.bytes, at: cell.to)
      return
    }
    let begin = arrivals.count
    var left = cell.count
    let masses = writers.indices.map {
      (writers[$0].pulse.sum(at: cell.to) - writers[$0].pulse.sum(at: cell.from)) * shares[$0]
    }
    var mass = masses.reduce(0, +)
    for index in writers.indices where left > 0 && masses[index] > 0 {
      let here = masses[index] >= mass ? left : Int64(gaps.binomial(n: Int(left), p: masses[index] / mass))
      writers[index].pulse.scatter(here, from: cell.from, to: cell.to, drawing: &gaps) { at, count, _, _ in
        arrivals.append(RecordArrival(at: at, count: Int32(count), size: Int32(cell.bytes / cell.count)))
      }
      (left, mass) = (left - here, mass - masses[index])
    }
    guard writers.count > 1 else { return }
    arrivals[begin...].sort { $0.at < $1.at }
  }

  // MARK: Drawing ahead

  /// When the next records arrive, for somebody who waits for them; nil when that is not before `end`.
  mutating func lookAhead(_ writers: inout [FlowWriter], until end: Instant) -> Instant? {
    if head == nil { head = drawHead(&writers, until: end) }
    let next = min(head?.at ?? .never, nextTry)
    return next < end ? next : nil
  }

  private mutating func drawHead(_ writers: inout [FlowWriter], until end: Instant) -> Head? {
    var earliest: Head?
    for index in writers.indices where shares[index] > 0 {
      let luck = counts.exponential()
      guard let due = writers[index].pulse.first(of: shares[index], after: upTo, luck: luck, until: end) else {
        continue
      }
      guard due.at < earliest?.at ?? .never else { continue }
      let count = writers[index].pulse.isByRate ? 1 : drawCall(of: shares[index], others: due.others)
      let at = max(due.at, upTo + Interval(nanoseconds: 1))
      earliest = Head(at: at, writer: index, count: count, sum: due.sum)
    }
    return earliest
  }

  /// How many records a call brings of its sure one and `others` expected ones, given that it brings any.
  private mutating func drawCall(of share: Double, others: Double) -> Int64 {
    let mean = max(0, share * others), any = 1 - (1 - share) * DeterministicMath.exp(-mean)
    if counts.uniform() * any < share { return 1 + Int64(counts.poisson(mean: mean)) }
    // The first of the others comes at a point of their stretch that is exponential, given that it lies in it.
    let first = -DeterministicMath.log1p(-counts.uniform() * (1 - DeterministicMath.exp(-mean)))
    return 1 + Int64(counts.poisson(mean: max(0, mean - first)))
  }

  /// The head has arrived: what it comes to.
  mutating func takeHead(_ head: Head, _ writers: [FlowWriter]) -> Tariff.Intake {
    self.head = nil
    sums[head.writer] = max(head.sum, sums[head.writer])
    return writers[head.writer].moments.draw(head.count, of: writers[head.writer].plan, from: &sizes)
  }

  // MARK: Trying again

  /// When the next try is due.
  var nextTry: Instant { waiting.last?.at ?? .never }

  mutating func wait(_ attempt: PutAttempt) {
    var place = waiting.count
    while place > 0, waiting[place - 1].at <= attempt.at { place -= 1 }
    waiting.insert(attempt, at: place)
  }

  mutating func takeTry() -> PutAttempt { waiting.removeLast() }

  /// Its shard has closed: everything that waits goes elsewhere, the next one first.
  mutating func close() -> [PutAttempt] {
    defer { (waiting, head) = ([], nil) }
    return waiting.reversed()
  }

  /// How many of an attempt's records go to the first of two shards.
  mutating func divide(_ attempt: PutAttempt, part: Double) -> Int32 {
    Int32(counts.binomial(n: Int(attempt.count), p: min(1, max(0, part))))
  }

  /// Those of an attempt's records that were refused, the last born ones: one by one, with when they were born.
  mutating func youngest(_ count: Int32, of attempt: PutAttempt) -> [PutAttempt] {
    attempt.one(by: Array(attempt.births(drawing: &times).suffix(Int(count)))) { attempt.size }
  }

  /// How long the records of a call wait that were refused, and half the round trip of the call that follows.
  mutating func backOff(
    for refused: PutAttempt, _ plan: ProducerPlan, _ service: Sampler
  ) -> (wait: Interval, half: Interval) {
    if let last = lastWait, last.at == refused.at, last.writer == refused.writer, last.number == refused.number {
      return (last.wait, last.half)
    }
    let wait = plan.backoff(after: refused.number, jitter: &jitter)
    let half = Interval(nanoseconds: (service.draw(from: &times) + plan.network.draw(from: &times)) / 2)
    lastWait = (refused.at, refused.writer, refused.number, wait, half)
    return (wait, half)
  }
}
