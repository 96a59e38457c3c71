internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

extension ScenarioDecoder {
  /// `video_streams` and `sql_applications`.
  func neighbours(_ fields: inout Fields) -> Neighbours {
    var neighbours = Neighbours()
    neighbours.videoStreams = entries(of: fields.take("video_streams")) { videoStream($0, name: $1) }
    neighbours.sqlApplications = entries(of: fields.take("sql_applications")) { field, name in
      field.warn(SQLApplicationSpec.discontinuation)
      return field.map().flatMap { sqlApplication($0, name: name) }
    }
    return neighbours
  }

  private func entries<Spec>(of field: Field?, _ decode: (Field, String) -> Spec?) -> [Spec] {
    guard let map = field?.map(expecting: "a map of names") else { return [] }
    guard map.entries.count <= Self.maximumParts else {
      map.refuse("more than \(Self.maximumParts) entries")
      return []
    }
    return map.entries.compactMap { entry in
      decode(Field(node: entry.value, path: map.path(of: entry.key), sink: sink), entry.key)
    }
  }

  // MARK: Kinesis Video Streams

  private func videoStream(_ field: Field, name: String) -> VideoStreamSpec? {
    guard var fields = field.map() else { return nil }
    defer { fields.finish() }
    let rate = fields.require("bitrate_mbps", expecting: "megabits per second of a camera, such as 4")?
      .number(0.001...1_000, expecting: "megabits per second of a camera, such as 4")
    var spec = VideoStreamSpec(name: name, bitsPerSecond: Int64(clamping: ((rate ?? 1) * 1e6).rounded()))
    readSenders(&fields, into: &spec)
    readViewers(&fields, into: &spec)
    return rate == nil ? nil : spec
  }

  private func readSenders(_ fields: inout Fields, into spec: inout VideoStreamSpec) {
    spec.cameras = whole(fields.take("cameras"), 1...1_000_000, "a number of cameras") ?? spec.cameras
    spec.tracks = whole(fields.take("tracks"), 1...100, "a number of tracks") ?? spec.tracks
    spec.metadataTags = whole(fields.take("metadata_tags"), 0...1_000, "a number of tags") ?? spec.metadataTags
    spec.producers = whole(fields.take("producers"), 1...1_000, "a number of connections") ?? spec.producers
    if let field = fields.take("fragment"), let length = field.duration(.milliseconds(100) ... .minutes(10)) {
      if length.nanoseconds % 1_000_000 != 0 { field.fail(expected: "whole milliseconds") }
      spec.fragment = length
    }
    if let field = fields.take("retention"), let length = field.duration(.zero ... .days(3_653)) {
      if length > .zero, length < .hours(1) { field.fail(expected: "0s, or at least 1h") }
      spec.retention = length
    }
    let hours = fields.take("hours_per_day")?.number(0...24, expecting: "hours a day, such as 12")
    spec.hoursPerDay = hours ?? spec.hoursPerDay
  }

  private func readViewers(_ fields: inout Fields, into spec: inout VideoStreamSpec) {
    let readers = "a number of concurrent connections"
    spec.mediaReaders = whole(fields.take("get_media"), 0...100_000, readers) ?? spec.mediaReaders
    spec.fragmentListReaders =
      whole(fields.take("fragment_list_readers"), 0...100_000, readers) ?? spec.fragmentListReaders
    spec.viewers = whole(fields.take("hls_viewers"), 0...1_000_000, "a number of viewers") ?? spec.viewers
    let playlist = whole(fields.take("playlist_fragments"), 1...5_000, "a number of fragments")
    spec.playlistFragments = playlist ?? spec.playlistFragments
  }

  private func whole(_ field: Field?, _ range: ClosedRange<Int>, _ what: String) -> Int64? {
    field?.integer(range, expecting: what).map { Int64($0) }
  }

  // MARK: Legacy SQL applications

  private func sqlApplication(_ map: Fields, name: String) -> SQLApplicationSpec? {
    var fields = map
    let stream = fields.require("from", expecting: "the name of a stream")
      .flatMap { position($0, among: names.streams, what: "stream") }
    let rate = fields.require("rate", expecting: "rows per second, such as 500")?
      .number(0.001...1e7, expecting: "rows per second, such as 500")
    let sizes = Bytes(1)...Bytes.mebibytes(10)
    let row = fields.require("row", expecting: "a size such as 200B")?.bytes(sizes)
    let keys = fields.take("keys").map { $0.integer(1...1_000_000_000, expecting: "a number of keys") } ?? 1
    let result = fields.take("result").map { $0.bytes(sizes) } ?? Bytes(100)
    let units = fields.take("kpus").map { $0.integer(1...1_000, expecting: "a number of KPUs") } ?? 1
    let window = fields.require("window", expecting: "a map with type and length")?.map().flatMap(window)
    fields.finish()
    guard let stream, let rate, let row, let keys, let result, let units, let window else { return nil }
    return SQLApplicationSpec(
      name: name, stream: stream, rate: RecordsPerSecond(rate), row: row, keys: Int64(keys), result: result,
      window: window, units: Int64(units))
  }

  private func window(_ map: Fields) -> SQLApplicationSpec.Window? {
    var fields = map
    defer { fields.finish() }
    let type = fields.require("type", expecting: "one of tumbling, sliding, stagger")?
      .choice(["tumbling", "sliding", "stagger"], what: "window type")
    guard let type else { return nil }
    if type != "sliding" { fields.inapplicable(["rows"], to: "a \(type) window") }
    if type == "sliding", let rows = fields.take("rows") {
      fields.inapplicable(["length"], to: "a window of rows")
      return rows.integer(1...1_000_000_000, expecting: "a number of rows").map { .slidingRows(Int64($0)) }
    }
    let length = fields.require("length", expecting: "a duration such as 1m")?.duration(.shortest ... .days(7))
    guard let length else { return nil }
    switch type {
    case "tumbling": return .tumbling(length)
    case "sliding": return .sliding(length)
    default: return .stagger(length)
    }
  }
}
