public import Experiment
public import KinesisCore
internal import Pricing
internal import Simulation
internal import Units

/// What a user record of a producer comes to on the wire and on the bill, on average.
///
/// Without aggregation a user record is a Kinesis record. With the KPL's aggregation many share one: an aggregate ends when it
/// is full, or when its first record has waited for RecordMaxBufferedTime while others came by chance (Poisson). Every process
/// packs for every shard; keys are taken to be different and equally frequent, sizes to be the mean.
public struct WireShape: Sendable, Hashable {
  /// Kinesis records a user record.
  public private(set) var records = 1.0
  /// Bytes with and without partition keys.
  public private(set) var bytes = 0.0, dataBytes = 0.0
  /// Payload units of 25 KiB; bytes rounded up to 1 KiB; data rounded up to Firehose's 5 KiB: each record by record.
  public private(set) var payloadUnits = 0.0, roundedBytes = 0.0, deliveryBytes = 0.0

  /// The shape for a producer at `rate` user records a second in all, writing to `shards` shards, or to a delivery stream.
  public init(_ spec: ProducerSpec, largestRecord: Int64, rate: Double, shards: Int, limits: LimitsProfile) {
    let law = SizeLaw(spec, largest: largestRecord - Int64(spec.keyBytes))
    let billed = limits[.firehose.billedBytes]
    guard case .kpl(let library) = spec.batching, library.aggregation == .enabled else {
      let key = Int64(spec.keyBytes)
      (dataBytes, bytes) = (law.mean, law.mean + Double(key))
      payloadUnits = law.steps(of: Rounding.payloadUnit, overhead: key)
      roundedBytes = law.steps(of: Rounding.kilobyte, overhead: key) * Double(Rounding.kilobyte)
      // A delivery stream gets no keys from a stream; what is put to it directly has none.
      deliveryBytes = law.steps(of: billed, overhead: spec.firehose == nil ? 0 : key) * Double(billed)
      return
    }
    let lanes = Double(spec.processes * max(1, shards))
    pack(spec, library, law, company: rate / lanes * library.maxBuffered.inSeconds, billed)
  }

  private mutating func pack(
    _ spec: ProducerSpec, _ library: KPLSpec, _ law: SizeLaw, company: Double, _ billed: Int64
  ) {
    let sizes = Self.sizes(of: spec, library, data: Int64(clamping: law.mean.rounded()))
    var (left, users) = (1.0, 0.0)
    (records, bytes, dataBytes) = (0, 0, 0)
    for (index, wire) in sizes.enumerated() {
      let isLast = index == sizes.count - 1
      let share = isLast ? left : Statistics.poissonShare(at: index, mean: company)
      left = max(0, left - share)
      users += share * Double(index + 1)
      note(wire, data: max(0, wire - Int64(spec.keyBytes)), share, billed)
      if left < 1e-12 { break }
    }
    for path in [\WireShape.records, \.bytes, \.dataBytes, \.payloadUnits, \.roundedBytes, \.deliveryBytes] {
      self[keyPath: path] /= users
    }
  }

  private mutating func note(_ wire: Int64, data: Int64, _ share: Double, _ billed: Int64) {
    records += share
    bytes += share * Double(wire)
    dataBytes += share * Double(data)
    payloadUnits += share * Double(Rounding.payloadUnits(wire))
    roundedBytes += share * Double(Rounding.kilobytes(wire))
    deliveryBytes += share * Double(data.steps(of: billed)) * Double(billed)
  }

  /// The bytes on the wire of aggregates of 1, 2, 3 … user records, up to the fullest.
  private static func sizes(of spec: ProducerSpec, _ library: KPLSpec, data: Int64) -> [Int64] {
    let key = Int64(spec.keyBytes)
    var (size, sizes, index) = (AggregateSize(), [Int64](), UInt32(0))
    repeat {
      size.add(key: index, keyBytes: key, data: data, .partitionKey)
      guard sizes.isEmpty || size.data <= library.maxBytes.count else { break }
      sizes.append(size.count == 1 ? data + key : size.data + 1)
      index += 1
    } while size.estimate < library.maxBytes.count
    return sizes
  }
}
