// Limits of services beside Data Streams: Kinesis Video Streams and the discontinued SQL applications.
extension LimitsProfile {
  static func neighbour(_ key: Limit.Key) -> Figure? { videoIngest(key) ?? videoReading(key) ?? sql(key) }

  private static let video = "F§9.3: Kinesis Video Streams quotas"
  private static let analytics = "F§9.2: Kinesis Data Analytics for SQL limits"

  private static func videoIngest(_ key: Limit.Key) -> Figure? {
    switch key {
    case .videoStreams: (10_000, "video streams of an account; can be raised", video, .documented)
    case .videoPutConnections: (1, "PutMedia connections of a video stream", video, .documented)
    case .videoPutBytes: (12_500_000, "bytes a second into a video stream: 100 Mbps", video, .documented)
    case .videoFragmentMinimum: (1, "seconds a fragment lasts at least", video, .documented)
    case .videoFragmentMaximum: (20, "seconds a fragment lasts at most", video, .documented)
    case .videoFragmentBytes: (50_000_000, "bytes of a fragment", video, .documented)
    case .videoFragments: (5, "fragments a second of a connection", video, .documented)
    case .videoTracks: (3, "tracks of a video stream", video, .documented)
    case .videoMetadataTags: (10, "metadata tags of a fragment", video, .documented)
    default: nil
    }
  }

  private static func videoReading(_ key: Limit.Key) -> Figure? {
    switch key {
    case .videoGetConnections: (3, "GetMedia connections of a video stream", video, .documented)
    case .videoGetBytes:
      (25_000_000, "bytes a second of a GetMedia connection: 200 Mbps", video, .documented)
    case .videoListConnections: (5, "GetMediaForFragmentList connections of a video stream", video, .documented)
    case .videoMediaPoints: (500, "fragment-media points a second of a video stream", video, .documented)
    case .videoMetadataPoints: (10_000, "fragment-metadata points a second of a video stream", video, .documented)
    default: nil
    }
  }

  private static func sql(_ key: Limit.Key) -> Figure? {
    switch key {
    case .sqlRowBytes: (512_000, "bytes of a row, 1 KB of metadata included", analytics, .documented)
    case .sqlStreamBytes:
      (20_000_000, "bytes a second of an in-application stream, the most AWS recommended", analytics, .documented)
    case .sqlUnits: (8, "processing units of an application; could be raised", analytics, .documented)
    case .sqlUnitMemory: (4_000_000_000, "bytes of memory of a processing unit", analytics, .documented)
    case .sqlWindow: (3_600, "seconds of the longest window that AWS recommended", analytics, .documented)
    default: nil
    }
  }
}
