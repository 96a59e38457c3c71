private let videoQuotas = "AWS, Kinesis Video Streams Developer Guide: limits, 2026"
private let sqlLimits = "AWS, Kinesis Data Analytics for SQL Developer Guide: limits, 2026"

/// Kinesis Video Streams.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct VideoLimits: Sendable {
  public let streams = Limit(
    "video.account.streams", 10_000, "streams",
    "video streams of an account; can be raised", videoQuotas, .documented)
  public let putConnections = Limit(
    "video.put_media.connections", 1, "connections",
    "PutMedia connections of a video stream", videoQuotas, .documented)
  public let putBytes = Limit(
    "video.put_media.bytes_per_s", 12_500_000, "B/s",
    "bytes a second into a video stream: 100 Mbps", videoQuotas, .documented)
  public let fragmentMinimum = Limit(
    "video.fragment.minimum_s", 1, "s",
    "seconds a fragment lasts at least", videoQuotas, .documented)
  public let fragmentMaximum = Limit(
    "video.fragment.maximum_s", 20, "s",
    "seconds a fragment lasts at most", videoQuotas, .documented)
  public let fragmentBytes = Limit(
    "video.fragment.bytes_maximum", 50_000_000, "B",
    "bytes of a fragment", videoQuotas, .documented)
  public let fragments = Limit(
    "video.fragments_per_s", 5, "fragments/s",
    "fragments a second of a connection", videoQuotas, .documented)
  public let tracks = Limit("video.tracks", 3, "tracks", "tracks of a video stream", videoQuotas, .documented)
  public let metadataTags = Limit(
    "video.fragment.metadata_tags", 10, "tags",
    "metadata tags of a fragment", videoQuotas, .documented)
  public let getConnections = Limit(
    "video.get_media.connections", 3, "connections",
    "GetMedia connections of a video stream", videoQuotas, .documented)
  public let getBytes = Limit(
    "video.get_media.bytes_per_s", 25_000_000, "B/s",
    "bytes a second of a GetMedia connection: 200 Mbps", videoQuotas, .documented)
  public let listConnections = Limit(
    "video.get_media_for_fragment_list.connections", 5, "connections",
    "GetMediaForFragmentList connections of a video stream", videoQuotas, .documented)
  public let mediaPoints = Limit(
    "video.fragment_media.points_per_s", 500, "points/s",
    "fragment-media points a second of a video stream", videoQuotas, .documented)
  public let metadataPoints = Limit(
    "video.fragment_metadata.points_per_s", 10_000, "points/s",
    "fragment-metadata points a second of a video stream", videoQuotas, .documented)
}

/// SQL applications of Kinesis Data Analytics, discontinued.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct SQLLimits: Sendable {
  public let rowBytes = Limit(
    "sql.row.bytes_maximum", 512_000, "B",
    "bytes of a row, 1 KB of metadata included", sqlLimits, .documented)
  public let streamBytes = Limit(
    "sql.in_application_stream.bytes_per_s", 20_000_000, "B/s",
    "bytes a second of an in-application stream, the most AWS recommended", sqlLimits, .documented)
  public let units = Limit(
    "sql.application.kpus", 8, "KPUs",
    "processing units of an application; could be raised", sqlLimits, .documented)
  public let unitMemory = Limit(
    "sql.kpu.memory_bytes", 4_000_000_000, "B",
    "bytes of memory of a processing unit", sqlLimits, .documented)
  public let window = Limit(
    "sql.window_s", 3_600, "s",
    "seconds of the longest window that AWS recommended", sqlLimits, .documented)
}
