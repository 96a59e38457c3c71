import Testing
import Units

@testable import KinesisCore

@Suite("What CreateDeliveryStream takes")
struct DeliveryConfigurationTests {
  /// F§3.1: size in MiB, its default, interval in seconds, its default.
  static let hints: [(DeliveryDestination, ClosedRange<Int64>, Int64, ClosedRange<Int64>, Int64)] = [
    (.s3, 1...128, 5, 0...900, 300), (.iceberg, 1...128, 5, 0...900, 300), (.redshift, 1...128, 5, 0...900, 300),
    (.openSearch, 1...100, 5, 0...900, 300), (.splunk, 1...5, 5, 0...60, 60),
    (.http(.datadog), 1...4, 4, 0...900, 60), (.http(.coralogix), 1...64, 6, 0...900, 60),
    (.http(.dynatrace), 1...64, 5, 0...900, 60), (.http(.generic), 1...64, 5, 0...900, 60),
    (.http(.logicMonitor), 1...64, 5, 0...900, 60), (.http(.logzio), 1...64, 5, 0...900, 60),
    (.http(.newRelic), 1...64, 5, 0...900, 60), (.http(.elastic), 1...1, 1, 0...900, 60),
    (.http(.honeycomb), 1...64, 15, 0...900, 60), (.http(.mongoDB), 1...16, 5, 0...900, 60),
    (.http(.sumoLogic), 1...64, 1, 0...900, 60), (.http(.splunkObservability), 1...64, 1, 0...900, 60),
    (.snowflake, 1...128, 1, 0...900, 0),
  ]

  static func settings(_ configuration: DeliveryConfiguration) -> [DeliveryFlaw.Setting] {
    configuration.flaws().map(\.setting)
  }

  @Test("each destination takes its range of hints, no more, and has its defaults", arguments: 0..<18)
  func ranges(row: Int) throws {
    let (destination, sizes, size, intervals, interval) = Self.hints[row]
    let plain = try DeliveryStream(configuration(to: destination), at: start)
    #expect(plain.bufferSize == .mebibytes(size) && plain.bufferInterval == .seconds(interval))
    for mebibytes in [sizes.lowerBound - 1, sizes.lowerBound, sizes.upperBound, sizes.upperBound + 1] {
      let flaws = Self.settings(configuration(to: destination) { $0.buffer.size = .mebibytes(mebibytes) })
      #expect(flaws == (sizes.contains(mebibytes) ? [] : [.size]))
    }
    for seconds in [intervals.lowerBound - 1, intervals.lowerBound, intervals.upperBound, intervals.upperBound + 1] {
      let flaws = Self.settings(configuration(to: destination) { $0.buffer.interval = .seconds(seconds) })
      #expect(flaws == (intervals.contains(seconds) ? [] : [.interval]))
    }
  }

  @Test("conversion and dynamic partitioning take 64 MiB at least, 128 by default, in AWS's words")
  func large() throws {
    let small = configuration {
      $0.buffer.size = .mebibytes(63)
      $0.format = .parquet(.none)
    }
    #expect(
      small.flaws().map(\.reason) == [
        "BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled."
      ])
    let partitioned = configuration {
      $0.buffer.size = .mebibytes(63)
      $0.partitioning = .init()
    }
    #expect(
      partitioned.flaws().map(\.reason) == [
        "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled."
      ])
    #expect(try DeliveryStream(configuration { $0.format = .orc(.none) }, at: start).bufferSize == .mebibytes(128))
    #expect(Self.settings(configuration { $0.buffer.size = Bytes(5_000_000) }) == [.size])
  }

  @Test("all that AWS would refuse is told at once, in order")
  func all() {
    let wrong = configuration(.directPut(quota: .mebibytes(1)), to: .redshift) {
      $0.name = "no spaces"
      $0.buffer = .init(size: .mebibytes(129), interval: .seconds(901))
      $0.format = .parquet(.snappy)
      $0.compressionPermille = 0
      $0.partitioning = .init(maxActive: 0)
      $0.transform = .init()
      $0.transform?.bufferSize = .mebibytes(4)
      $0.transform?.bufferInterval = .seconds(901)
      $0.transform?.retries = 301
      $0.transform?.outputPermille = -1
      $0.retryDuration = .seconds(7_201)
      $0.backupBuffer = .init(size: .zero, interval: .seconds(59))
      $0.naming.prefix = "!{timestamp:yyyy}/!{wrong}"
      $0.naming.errorPrefix = "!{timestamp:yyyy}"
      $0.naming.fileExtension = "json"
      $0.naming.timeZone = .seconds(1)
    }
    #expect(
      Self.settings(wrong) == [
        .name, .quota, .size, .interval, .format, .format, .format, .compressionPermille, .partitioning, .maxActive,
        .transformSize, .transformInterval, .transformRetries, .outputPermille, .retryDuration, .backupSize,
        .backupInterval, .prefix, .prefix, .prefix, .errorPrefix, .fileExtension, .timeZone,
      ])
    #expect(throws: DeliveryFlaws(flaws: wrong.flaws())) { try DeliveryStream(wrong, at: start) }
  }

  @Test(
    "one wrong setting is one flaw",
    arguments: [
      (configuration { $0.retryDuration = .seconds(10) }, DeliveryFlaw.Setting.retryDuration),
      (configuration(to: .iceberg) { $0.backup = .all }, .backup),
      (configuration(.stream(retention: .hours(23))), .retention),
      (configuration(.directPut(quota: .mebibytes(4))), .quota),
      (configuration(to: .http(.generic)) { $0.format = .orc(.none) }, .format),
      (configuration(to: .redshift) { $0.format = .raw(.zip) }, .format),
      (
        configuration {
          $0.partitioning = .init()
          $0.buffer.interval = .zero
        }, .interval
      ),
      (
        configuration {
          $0.naming.prefix = "!{partitionKeyFromQuery:k}/"; $0.naming.errorPrefix = "e"
        }, .prefix
      ),
    ])
  func single(configuration: DeliveryConfiguration, setting: DeliveryFlaw.Setting) {
    #expect(Self.settings(configuration) == [setting])
  }
}
