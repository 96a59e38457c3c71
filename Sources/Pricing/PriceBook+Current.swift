internal import Units

extension PriceBook {
  /// Prices as of October 2026. § is a section of facts/kinesis-data-streams.md, F§ of facts/data-firehose.md.
  public static let current = PriceBook(
    name: "2026-10",
    prices: kinesis(in: "us-east-1") + firehose(in: "us-east-1") + neighbours + kinesis(in: "us-east-2")
      + firehoseOhio + london + elsewhere)

  /// Kinesis Data Streams in us-east-1 and us-east-2, which cost the same (§10.3).
  private static func kinesis(in region: String) -> [Price] {
    [
      price(.shardHour, region, .hour, "0.015", "§10.1 AWS price list", .documented),
      price(.putPayloadUnit, region, .million, "0.014", "§10.1 AWS price list", .documented),
      price(.extendedRetention, region, .hour, "0.020", "§10.1 AWS price list", .documented),
      price(.longTermRetention, region, .gibibyteMonth, "0.023", "§10.1 AWS price list", .documented),
      price(.longTermRetrieval, region, .gibibyte, "0.021", "§10.1 AWS price list", .documented),
      price(.fanOutHour, region, .hour, "0.015", "§10.1 AWS price list", .documented),
      price(.fanOutData, region, .gibibyte, "0.013", "§10.1 AWS price list", .documented),
      price(.onDemandStreamHour, region, .hour, "0.040", "§10.1 AWS price list", .documented),
      price(.onDemandDataIn, region, .gibibyte, "0.080", "§10.1 AWS price list", .documented),
      price(.onDemandDataOut, region, .gibibyte, "0.040", "§10.1 AWS price list", .documented),
      price(.onDemandFanOut, region, .gibibyte, "0.050", "§10.1 AWS price list", .documented),
      price(.onDemandRetention, region, .gibibyteMonth, "0.100", "§10.1 AWS price list", .documented),
      price(.advantageDataIn, region, .gibibyte, "0.032", "§10.1 launch blog's 60 % off", .observed),
      price(.advantageDataOut, region, .gibibyte, "0.016", "§10.1 derived from the launch blog", .observed),
      price(.advantageFanOut, region, .gibibyte, "0.016", "§10.1 derived from the launch blog", .observed),
      price(.advantageRetention, region, .gibibyteMonth, "0.023", "§10.1 derived from the launch blog", .observed),
    ]
  }

  private static func firehose(in region: String) -> [Price] {
    [
      tiered(.firehoseDirectPut, region, ["0.029", "0.025", "0.020"], "F§8 AWS calculator"),
      tiered(.firehoseStream, region, ["0.029", "0.025", "0.020"], "F§8 AWS calculator"),
      price(.firehoseKafka, region, .gibibyte, "0.055", "F§8 plan file of 2026-05; first tier only", .observed),
      price(.firehoseVendedLogs, region, .gibibyte, "0.13", "F§8 plan file of 2026-05; first tier only", .observed),
      price(
        .firehoseSnowflake, region, .gibibyte, "0.071", "F§8 plan files of 2026-05; of which source is not said",
        .assumed),
      price(
        .firehoseIceberg, region, .gibibyte, "0.045", "N§5.2 AWS's guidance for game analytics, 2025-08", .observed),
      price(
        .firehoseIcebergPut, region, .gibibyte, "0.075", "N§5.2 AWS's guidance for game analytics, 2025-08", .observed),
    ] + firehoseDelivery(in: region)
  }

  private static func firehoseDelivery(in region: String) -> [Price] {
    [
      price(.firehoseConversion, region, .gibibyte, "0.018", "F§8 AWS calculator", .documented),
      price(.firehosePartitionedData, region, .gibibyte, "0.020", "F§8 AWS calculator", .documented),
      price(.firehosePartitionedObject, region, .thousand, "0.005", "F§8 AWS calculator", .documented),
      price(
        .firehoseQueryHour, region, .hour, "0.07", "F§8 AWS calculator; what an hour is stays unclear", .documented),
      price(.firehoseNetworkData, region, .gibibyte, "0.01", "F§8 AWS calculator", .documented),
      price(.firehoseNetworkHour, region, .hour, "0.01", "F§8 AWS calculator", .documented),
    ]
  }

  /// us-east-2, where the calculator's worked example was captured (F§8.1 F1).
  private static var firehoseOhio: [Price] {
    let region = "us-east-2"
    return [
      tiered(.firehoseDirectPut, region, ["0.029", "0.025", "0.020"], "F§8 AWS calculator"),
      tiered(.firehoseStream, region, ["0.029", "0.025", "0.020"], "F§8 AWS calculator"),
    ] + firehoseDelivery(in: region)
  }

  /// eu-west-2, from the price list (F§8, F§8.1 F2 to F5).
  private static var london: [Price] {
    let region = "eu-west-2"
    return [
      tiered(.firehoseDirectPut, region, ["0.035", "0.030", "0.024"], "F§8 AWS price list"),
      tiered(.firehoseStream, region, ["0.035", "0.030", "0.024"], "F§8 AWS price list"),
      price(.firehoseConversion, region, .gibibyte, "0.021", "F§8 AWS price list", .documented),
      price(.firehoseNetworkData, region, .gibibyte, "0.01", "F§8 AWS price list", .documented),
      price(.firehoseNetworkHour, region, .hour, "0.011", "F§8 AWS price list", .documented),
    ]
  }

  /// Single figures for other regions (§10.3).
  private static let elsewhere = [
    price(.onDemandStreamHour, "us-west-2", .hour, "0.040", "§10.3 bills", .observed),
    price(.shardHour, "ap-northeast-1", .hour, "0.0195", "§10.3 price-list fixtures", .observed),
    price(.putPayloadUnit, "ap-northeast-1", .million, "0.0215", "§10.3 price-list fixtures", .observed),
    price(.onDemandStreamHour, "ap-northeast-1", .hour, "0.052", "§10.3 price-list fixtures", .observed),
    price(.onDemandDataIn, "ap-northeast-1", .gibibyte, "0.104", "§10.3 price-list fixtures", .observed),
    price(.onDemandDataOut, "ap-northeast-1", .gibibyte, "0.052", "§10.3 price-list fixtures", .observed),
    price(.advantageDataOut, "ap-northeast-1", .gibibyte, "0.0208", "§10.3 price-list fixtures", .observed),
    price(.shardHour, "sa-east-1", .hour, "0.03", "§10.3 a test fixture", .assumed),
    price(.onDemandStreamHour, "sa-east-1", .hour, "0.08", "§10.3 a test fixture", .assumed),
  ]

  /// Services beside the streams, in us-east-1 (F§8, F§9).
  private static let neighbours = [
    price(.s3Put, "us-east-1", .thousand, "0.005", "F§8 AWS price list", .documented),
    price(.s3Get, "us-east-1", .thousand, "0.0004", "F§8 AWS price list", .documented),
    price(.s3Storage, "us-east-1", .gibibyteMonth, "0.023", "F§8 AWS price list", .documented),
    price(.lambdaRequest, "us-east-1", .million, "0.20", "F§8 AWS price list", .documented),
    price(.lambdaDuration, "us-east-1", .gibibyteSecond, "0.0000166667", "F§8 AWS price list", .documented),
    price(.flinkHour, "us-east-1", .hour, "0.11", "F§9.1 pricing guide", .documented),
    price(.flinkStorage, "us-east-1", .gibibyteMonth, "0.10", "F§9.1 pricing guide", .documented),
    price(.flinkBackup, "us-east-1", .gibibyteMonth, "0.023", "F§9.1 pricing guide", .documented),
    price(.videoIn, "us-east-1", .gibibyte, "0.0085", "F§9.3", .documented),
    price(.videoOut, "us-east-1", .gibibyte, "0.0085", "F§9.3", .documented),
    price(.videoPlayback, "us-east-1", .gibibyte, "0.0119", "F§9.3", .observed),
    price(.videoStorage, "us-east-1", .gibibyteMonth, "0.023", "F§9.3", .observed),
    price(.tableChannel, "us-east-1", .gibibyte, "0.014", "§10.1 a test fixture", .assumed),
    price(.leaseWrite, "us-east-1", .million, "0.625", "§9.2; airbyte.com 2025-07 on the cut of 2024-11", .observed),
    price(.leaseRead, "us-east-1", .million, "0.125", "§9.2; airbyte.com 2025-07 on the cut of 2024-11", .observed),
    shardMetric, sqs(.sqsStandard, ["0.40", "0.30", "0.24"]), sqs(.sqsFIFO, ["0.50", "0.40", "0.35"]),
  ]

  /// SQS's requests, in tiers that end at 100 and 200 thousand million a month; the account's first million is free.
  private static func sqs(_ item: PriceItem, _ usd: [String]) -> Price {
    Price(
      item: item, region: "us-east-1", unit: .million,
      tiers: zip([0, 100_000, 200_000] as [Int128], usd).map { .init(above: $0, price: amount($1)) },
      source: "Q§7; cloudburn.io 2026-03 and factualminds.com 2026-06 on SQS's pricing page", confidence: .observed)
  }

  /// CloudWatch's custom metrics, in its four tiers a month.
  private static let shardMetric = Price(
    item: .shardMetric, region: "us-east-1", unit: .month,
    tiers: zip([0, 10_000, 250_000, 1_000_000] as [Int128], ["0.30", "0.10", "0.05", "0.02"]).map {
      .init(above: $0, price: amount($1))
    }, source: "§8 charged as custom metrics; vantage.sh and others on CloudWatch", confidence: .observed)

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
