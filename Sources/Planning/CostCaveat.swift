public import Pricing

/// Something that a closed form of a scenario leaves out, and which way that moves what lines of its bill.
public struct CostCaveat: Sendable, Hashable {
  /// Which way the closed form is off where the caveat bites.
  public enum Bias: String, Sendable, Hashable {
    /// It says more than a run comes to.
    case tooMuch = "too_much"
    /// It says less.
    case tooLittle = "too_little"
    /// It may say more or less, by chance, within what the text names.
    case either
  }
  /// Lines that move together.
  public enum Part: String, Sendable, Hashable, CaseIterable {
    /// What follows the time of open shards.
    case shards
    /// What follows the records that are stored, read or taken in.
    case data
    /// KCL's lease tables.
    case leases
    /// Functions' invocations.
    case functions
    /// Flink's units.
    case flink
    /// What is delivered: objects, requests, storage, channels.
    case deliveries
    /// What nothing of the above moves.
    case rest
  }

  /// In a sentence.
  public let text: String
  /// Which way it moves them.
  public let bias: Bias
  /// Whose lines, each once in the order of the scenario; none when it is only to be known.
  public let scopes: [Scope]
  /// Which of their lines, in the order of the parts.
  public let parts: [Part]

  init(_ text: String, _ bias: Bias = .either, of scopes: [Scope] = [], _ parts: Set<Part> = []) {
    (self.text, self.bias) = (text, bias)
    self.scopes = scopes.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    self.parts = Part.allCases.filter(parts.contains)
  }

  /// Whether it is about lines of the bill at all.
  public var isOfLines: Bool { !scopes.isEmpty && !parts.isEmpty }

  /// Whether it says that the closed form of a line is off that way.
  public func explains(_ item: PriceItem, of scope: Scope, isTooMuch: Bool) -> Bool {
    guard scopes.contains(scope), parts.contains(item.part) else { return false }
    switch bias {
    case .either: return true
    case .tooMuch: return isTooMuch
    case .tooLittle: return !isTooMuch
    }
  }
}

extension PriceItem {
  /// What it follows.
  var part: CostCaveat.Part {
    switch self {
    case .shardHour, .extendedRetention, .fanOutHour, .shardMetric, .onDemandStreamHour: .shards
    case .putPayloadUnit, .longTermRetention, .longTermRetrieval, .fanOutData, .onDemandDataIn, .onDemandDataOut,
      .onDemandFanOut, .onDemandRetention, .advantageDataIn, .advantageDataOut, .advantageFanOut, .advantageRetention,
      .firehoseDirectPut, .firehoseStream, .firehoseKafka, .firehoseVendedLogs, .firehoseConversion,
      .firehoseSnowflake, .firehoseIceberg, .firehoseIcebergPut, .queueData:
      .data
    case .deliveryChannel, .tableChannel, .firehosePartitionedData, .firehosePartitionedObject, .firehoseNetworkData,
      .s3Put, .s3Get, .s3Storage:
      .deliveries
    case .lambdaRequest, .lambdaDuration: .functions
    case .flinkHour, .flinkStorage: .flink
    case .leaseWrite, .leaseRead: .leases
    case .firehoseQueryHour, .firehoseNetworkHour, .flinkBackup, .sqlHour, .videoIn, .videoOut, .videoPlayback,
      .videoStorage, .sqsStandard, .sqsFIFO:
      .rest
    }
  }
}
