public import Units

/// The scenario's neighbours of Data Streams: capacity in closed form, no events and no prices.
public struct Neighbours: Sendable, Hashable, Codable {
  /// Kinesis Video Streams, in the order of the file.
  public var videoStreams: [VideoStreamSpec] = []
  /// Legacy Kinesis Data Analytics for SQL, in the order of the file.
  public var sqlApplications: [SQLApplicationSpec] = []

  /// None.
  public init() {}

  /// Whether there is none.
  public var isEmpty: Bool { videoStreams.isEmpty && sqlApplications.isEmpty }
}

/// Equal video streams of Kinesis Video Streams and who reads them (facts F§9.3): a capacity model, no media.
///
/// Every figure is of one video stream, except `cameras`.
public struct VideoStreamSpec: Sendable, Hashable, Codable {
  /// Its name in the scenario.
  public var name: String
  /// How many video streams, one a camera; 1 to 1,000,000.
  public var cameras: Int64 = 1
  /// What a camera sends, all tracks together, in bits a second; 1 to 10^9.
  public var bitsPerSecond: Int64
  /// How much time a fragment holds, in whole milliseconds; 100 ms to 10 min.
  public var fragment: Interval = .seconds(2)
  /// Tracks, such as video and audio; 1 to 100.
  public var tracks: Int64 = 1
  /// Metadata tags a fragment; 0 to 1,000.
  public var metadataTags: Int64 = 0
  /// Concurrent PutMedia connections; 1 to 1,000.
  public var producers: Int64 = 1
  /// Concurrent GetMedia connections; 0 to 100,000.
  public var mediaReaders: Int64 = 0
  /// Concurrent GetMediaForFragmentList connections; 0 to 100,000.
  public var fragmentListReaders: Int64 = 0
  /// Concurrent HLS viewers that watch live; 0 to 1,000,000.
  public var viewers: Int64 = 0
  /// MaxMediaPlaylistFragmentResults; 1 to 5,000.
  public var playlistFragments: Int64 = 5
  /// How long fragments are kept; zero or at least an hour.
  public var retention: Interval = .hours(24)
  /// How long a day it is sent and watched, in hours; 0 to 24.
  public var hoursPerDay: Double = 24

  /// Video streams with one camera of so many bits a second, and nobody who watches.
  public init(name: String, bitsPerSecond: Int64) {
    (self.name, self.bitsPerSecond) = (name, bitsPerSecond)
  }
}

/// An application of the discontinued Kinesis Data Analytics for SQL (facts F§9.2), as state and waiting time only.
///
/// Historic: AWS deletes applications from 2026-01-27 on. It is here so that an old design can be compared with a new one.
public struct SQLApplicationSpec: Sendable, Hashable, Codable {
  /// A windowed query.
  public enum Window: Sendable, Hashable, Codable {
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
