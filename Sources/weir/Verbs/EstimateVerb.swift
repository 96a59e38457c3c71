internal import ArgumentParser
internal import KinesisCore
internal import Planning
internal import Pricing
internal import Reporting
internal import Scenario
internal import Units

struct EstimateVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Shards and the month's bill by arithmetic: the service's limits, and AWS's formula beside them.",
    discussion: """
      The rate is the peak that shards must hold; the bill takes the mean, which is the peak over --peak-to-mean.

      With --queue it estimates a queue on an on-demand stream of that load, and what polling, fan-out and SQS
      would come to in its place.

      EXAMPLE
        weir estimate --rate 9000 --size 1.2KiB --consumers 3
        weir estimate --rate 10000 --size 700B --queue --service 200ms --failures 0.1 --threads 40
      """.flowing)

  @Option(help: "Records a second at the peak.") var rate: Double
  @Option(help: "A record's data and partition key, such as 1.2KiB.") var size: String
  @Option(help: "Applications that poll the stream.") var consumers = 1
  @Option(help: "Applications that read by enhanced fan-out.") var fanOut = 0
  @Option(help: "Room above the peak, as a share of it.") var headroom = 0.25
  @Option(help: "The peak over the mean.") var peakToMean = 1.0
  @Option(help: "How long records are kept, such as 24h or 7d.") var retention = "24h"
  @Option(help: "The AWS region.") var region = "us-east-1"
  @OptionGroup var prices: PricesOption
  @OptionGroup var queue: QueueOptions
  @OptionGroup var output: FormatOption

  func validate() throws {
    try Usage.check([
      (rate >= 0 && rate <= 1e9, "--rate takes records a second from 0 to 1e9."),
      (
        bytes != nil,
        "--size takes a size such as 900B or 1.2KiB, from 1B to 10MiB; fractions are rounded up to a byte."
      ),
      ((0...1_000).contains(consumers), "--consumers takes 0 to 1000."),
      (
        (0...mostFanOut).contains(fanOut),
        "--fan-out takes 0 to \(mostFanOut): no stream has more consumers with enhanced fan-out."
      ),
      (headroom >= 0 && headroom <= 4, "--headroom takes a share from 0 to 4."),
      (peakToMean >= 1 && peakToMean <= 1_000, "--peak-to-mean takes a factor from 1 to 1000."),
      (kept != nil, "--retention takes a duration from 24h to 365d."),
      (!queue.queue || rate > 0, "--queue needs a --rate above 0."),
    ])
  }

  /// What on-demand Advantage allows; the other modes allow less.
  private var mostFanOut: Int { Int(LimitsProfile.current[.fanOut.consumersAdvantage]) }

  /// The size, a fraction of a byte rounded up: 1.2 KiB is 1228.8 bytes.
  private var bytes: Bytes? {
    let units = Quantity.sizeUnits.sorted { $0.name.count > $1.name.count }
    guard let unit = units.first(where: { size.hasSuffix($0.name) }),
      let number = Double(size.dropLast(unit.name.count)), number > 0, number * Double(unit.scale) <= 10_485_760
    else { return nil }
    return Bytes(Int64(clamping: (number * Double(unit.scale)).rounded(.up)))
  }

  private var kept: Interval? {
    guard let kept = try? Quantity.interval(retention), (Interval.hours(24)...Interval.days(365)).contains(kept) else {
      return nil
    }
    return kept
  }

  func run() throws {
    guard let bytes, let kept else { throw ExitStatus.failure }
    if let flaw = AWSRegion.flaw(region, option: "--region") {
      Log.line(flaw.description)
      if flaw.severity == .error { throw ExitCode.validationFailure }
    }
    let book = try prices.book() ?? .current
    let load = StreamLoad(
      name: "stream", meanRecords: rate / peakToMean, peakRecords: rate, size: bytes, pollers: consumers,
      fanOut: fanOut, retention: kept)
    if let shape = queue.shape(.current) {
      let estimate = QueueEstimate(
        load, shape, size: bytes, headroom: headroom, limits: .current, prices: book, region: region)
      return try output.print(QueueEstimateDocument(estimate))
    }
    let estimate = Estimate(load, headroom: headroom, limits: .current, prices: book, region: region)
    let crossings = BreakEvens(load, headroom: headroom, limits: .current, prices: book, region: region)
    let figures = EstimateDocument(estimate, breakEven: crossings.all)
    try output.print(figures)
  }
}
