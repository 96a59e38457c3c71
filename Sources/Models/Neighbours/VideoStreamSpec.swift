public import Units

/// Equal video streams of Kinesis Video Streams and who reads them (facts F§9.3): a capacity model, no media.
///
/// Every figure is of one video stream, except `cameras`.
public struct VideoStreamSpec: Sendable, Hashable {
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
