internal import Histogram

/// A histogram's counts as they travel: pairs of a value and how often it was counted, ascending, flat in one array.
///
/// A value stands for its bin, the last one is the largest that was counted: read again, all that can be asked of the
/// histogram is the same.
struct HistogramCounts {
  var pairs: [UInt64]

  init(_ histogram: Histogram<UInt64>) {
    pairs = histogram.recordedValues().flatMap { [$0.value, $0.count] }
    if !pairs.isEmpty { pairs[pairs.count - 2] = histogram.maxRecorded }
  }

  /// The same as pairs.
  var values: [(value: UInt64, count: UInt64)] {
    stride(from: 0, to: pairs.count, by: 2).map { (pairs[$0], pairs[$0 + 1]) }
  }

  init(from decoder: any Decoder) throws {
    pairs = try decoder.singleValueContainer().decode([UInt64].self)
    guard pairs.count.isMultiple(of: 2) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a value without its count"))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(pairs)
  }

  /// The histogram of these counts, with three significant digits.
  var histogram: Histogram<UInt64> {
    var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
    for pair in stride(from: 0, to: pairs.count, by: 2) { histogram.record(pairs[pair], count: pairs[pair + 1]) }
    return histogram
  }
}

extension HistogramCounts: Codable {}
