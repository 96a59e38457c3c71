public import Units

/// An application of the discontinued Kinesis Data Analytics for SQL (facts F§9.2), as state and waiting time only.
///
/// Historic: AWS deletes applications from 2026-01-27 on. It is here so that an old design can be compared with a new one.
public struct SQLApplicationSpec: Sendable, Hashable {
  /// A windowed query.
  public enum Window: Sendable, Hashable {
    /// Fixed windows that do not overlap.
    case tumbling(Interval)
    /// The rows of the last so long before each row.
    case sliding(Interval)
    /// The last so many rows of each key before each row.
    case slidingRows(Int64)
    /// A window for each key that opens with its first row.
    case stagger(Interval)
  }
  /// Its name in the scenario.
  public var name: String
  /// The stream it reads, by position.
  public var stream: Int
  /// Rows a second; above 0, at most 10^7.
  public var rate: RecordsPerSecond
  /// Bytes of a row.
  public var row: Bytes
  /// Distinct keys, equally frequent; 1 to 10^9.
  public var keys: Int64
  /// Bytes of one key's running result.
  public var result: Bytes
  /// The window.
  public var window: Window
  /// Kinesis processing units; 1 to 1,000.
  public var units: Int64

  /// An application.
  public init(
    name: String, stream: Int, rate: RecordsPerSecond, row: Bytes, keys: Int64, result: Bytes, window: Window,
    units: Int64
  ) {
    self.name = name
    self.stream = stream
    self.rate = rate
    self.row = row
    self.keys = keys
    self.result = result
    self.window = window
    self.units = units
  }

  /// What AWS says of the service, and what every report that has such an application warns of.
  public static let discontinuation =
    "Kinesis Data Analytics for SQL is discontinued: no new applications since 2025-10-15, existing ones deleted from "
    + "2026-01-27 on. What is shown of it is historic"
}
