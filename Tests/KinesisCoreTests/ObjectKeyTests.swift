import Testing
import Units

@testable import KinesisCore

@Suite("Object keys")
struct ObjectKeyTests {
  static let arrival = CivilTime.instant("2018-08-27T10:30:05Z") ?? .epoch
  static let name = "clicks-1-2018-08-27-10-30-05-8f0ddb2e"
  static let parts = ObjectKeyParts(
    uuid: "8f0ddb2e", randomStrings: ["ztWxkdg3Thg", "abcdefghijk"], partitionKeys: ["customer": "42"])

  static func key(
    _ target: DeliveryTarget = .destination, _ change: (inout DeliveryConfiguration) -> Void = { _ in }
  ) throws -> String {
    let configuration = configuration(.directPut(quota: nil), to: .s3, change)
    #expect(configuration.flaws().isEmpty, "\(configuration.flaws())")
    var stream = try DeliveryStream(configuration, at: arrival)
    _ = stream.put(10, at: arrival)
    var delivery = try #require(stream.pass(to: arrival + .hours(1)).deliveries.first)
    delivery.target = target
    return configuration.objectKey(of: delivery, parts)
  }

  @Test(
    "prefixes as in AWS's examples",
    arguments: [
      ("", "2018/08/27/10/"), ("myFirehosePrefix/", "myFirehosePrefix/2018/08/27/10/"),
      ("myFirehosePrefix", "myFirehosePrefix2018/08/27/10/"),
      ("!{timestamp:yyyy/MM/dd}/", "2018/08/27/"),
      ("year=!{timestamp:yyyy}/month=!{timestamp:MM}/", "year=2018/month=08/"),
      ("!{timestamp:yyyy/'week'/DDD}/", "2018/week/239/"),
      ("!{timestamp:hh:mm:ss.SSS}/", "10:30:05.000/"),
      ("!{timestamp:EEE-EEEE-EEEEE}/!{timestamp:MMM-MMMM-L}/", "Mon-Monday-M/Aug-August-8/"),
      (
        "!{timestamp:h a}/!{timestamp:kk-KK}/!{timestamp:QQQ}/!{timestamp:X}!{timestamp:xxx}!{timestamp:Z}/",
        "10 AM/10-10/Q3/Z+00:00+0000/"
      ),
      ("!{firehose:random-string}/!{firehose:random-string}/", "ztWxkdg3Thg/abcdefghijk/2018/08/27/10/"),
    ])
  func prefixes(prefix: String, expected: String) throws {
    let key = try Self.key {
      $0.naming.prefix = prefix
      $0.naming.errorPrefix = "errors/"
    }
    #expect(key == expected + Self.name)
  }

  @Test("the partition's key is part of the prefix")
  func partition() throws {
    let key = try Self.key {
      $0.partitioning = .init()
      $0.naming.prefix = "customer=!{partitionKeyFromQuery:customer}/!{timestamp:yyyy}/"
      $0.naming.errorPrefix = "errors/!{firehose:error-output-type}/"
    }
    #expect(key == "customer=42/2018/" + Self.name)
  }

  @Test("error output is named by its reason")
  func errors() throws {
    #expect(try Self.key(.errorOutput(.processingFailed)) == "processing-failed/2018/08/27/10/" + Self.name)
    let literal = try Self.key(.errorOutput(.splunkFailed)) { $0.naming.errorPrefix = "errors/" }
    #expect(literal == "errors/splunk-failed/2018/08/27/10/" + Self.name)
    let expression = try Self.key(.errorOutput(.openSearchFailed)) {
      $0.naming.errorPrefix = "!{firehose:error-output-type}/!{timestamp:yyyy}/"
    }
    #expect(expression == "AmazonOpenSearchService-failed/2018/" + Self.name)
  }

  @Test("extensions by format and compression, unless one is given")
  func extensions() throws {
    let formats: [(DeliveryConfiguration.Format, String)] = [
      (.raw(.none), ""), (.raw(.gzip), ".gz"), (.raw(.zip), ".zip"), (.raw(.snappy), ".snappy"),
      (.raw(.hadoopSnappy), ".hsnappy"), (.parquet(.none), ".parquet"), (.orc(.none), ".orc"),
    ]
    for (format, expected) in formats {
      #expect(try Self.key { $0.format = format } == "2018/08/27/10/" + Self.name + expected)
    }
    let own = try Self.key {
      $0.format = .raw(.gzip)
      $0.naming.fileExtension = ".json.gz"
    }
    #expect(own.hasSuffix("8f0ddb2e.json.gz"))
  }

  @Test("a time zone moves all times, the version is in the name")
  func zone() throws {
    let key = try Self.key {
      $0.naming.timeZone = .hours(-11)
      $0.naming.version = 7
    }
    #expect(key == "2018/08/26/23/clicks-7-2018-08-26-23-30-05-8f0ddb2e")
  }

  @Test(
    "what AWS refuses in prefixes",
    arguments: [
      ("!{timestamp:yyyy}/", nil, [DeliveryFlaw.Setting.errorPrefix]), ("!{nothing:x}", "e/", [.prefix]),
      ("!{timestamp:yyyy", "e/", [.prefix]), ("!{timestamp:zzz}", "e/", [.prefix]),
      ("!{timestamp:HHH}", "e/", [.prefix]),
      ("!{timestamp:'open}", "e/", [.prefix]), ("!{firehose:error-output-type}/", "e/", [.prefix]),
      ("", "!{timestamp:yyyy}/", [.errorPrefix]), (String(repeating: "p", count: 513), "e/", [.prefix]),
      ("", "!{firehose:error-output-type}/!{partitionKeyFromLambda:k}/", [.errorPrefix]),
    ] as [(String, String?, [DeliveryFlaw.Setting])])
  func refusals(prefix: String, errorPrefix: String?, expected: [DeliveryFlaw.Setting]) {
    let wrong = configuration {
      $0.naming.prefix = prefix
      $0.naming.errorPrefix = errorPrefix
    }
    #expect(wrong.flaws().map(\.setting) == expected)
  }
}
