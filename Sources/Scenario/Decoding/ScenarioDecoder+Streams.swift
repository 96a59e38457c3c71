internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

extension ScenarioDecoder {
  /// The streams in the order of the file; nil where one is unsound.
  func streams(_ fields: inout Fields, region: String) -> [StreamSpec?] {
    // Producers may write to delivery streams alone.
    let given =
      names.firehoses.isEmpty ? fields.require("streams", expecting: "a map of streams") : fields.take("streams")
    guard let field = given, let map = parts(field) else { return [] }
    var total: Int64 = 0
    let quota = limits.shardQuota(region: region)
    return map.entries.map { entry in
      let item = Field(node: entry.value, path: map.path(of: entry.key), sink: sink)
      guard isStreamName(entry.key) else {
        let message = "expected a stream name of 1 to 128 letters, digits, _ . -"
        sink.report(
          Diagnostic(place: entry.place, path: item.path, message: message, found: ConfigNode.quoted(entry.key)))
        return nil
      }
      guard let spec = item.map().flatMap({ stream($0, name: entry.key) }) else { return nil }
      total += Int64(spec.shards)
      if total > quota, total - Int64(spec.shards) <= quota {
        item.refuse("\(total) shards in all are more than the quota of \(quota) in \(region)")
      }
      return spec
    }
  }

  /// The entries of `streams`, `producers` or `consumers`.
  func parts(_ field: Field) -> Fields? {
    guard let map = field.map() else { return nil }
    guard !map.entries.isEmpty || ["consumers", "firehoses"].contains(field.path) else {
      field.refuse("expected at least one entry")
      return nil
    }
    guard map.entries.count <= Self.maximumParts else {
      field.refuse("more than \(Self.maximumParts) entries")
      return nil
    }
    return map
  }

  private func isStreamName(_ name: String) -> Bool {
    (1...128).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
          || [45, 46, 95].contains(byte)
      }
  }

  private func stream(_ map: Fields, name: String) -> StreamSpec? {
    var fields = map
    let capacity = capacity(&fields)
    let isOnDemand = capacity.map { $0.mode != .provisioned } ?? false
    let given = isOnDemand ? nil : shards(&fields, isRequired: capacity != nil)
    let shards = isOnDemand ? capacity?.shards(limits, region: region) : given?.count
    let maxRecord = fields.take("max_record").flatMap(maxRecord) ?? Bytes(limits[.put.recordBytesDefault])
    let retention = fields.take("retention").flatMap(retention) ?? .hours(limits[.stream.retentionMinimum])
    let observed = fields.take("observed").flatMap(observed)
    let metrics = fields.take("shard_level_metrics").map(shardLevelMetrics) ?? []
    let scaler = isOnDemand ? nil : fields.take("autoscaler").flatMap { autoscaler($0, shards: shards) }
    fields.finish()
    guard let shards, let capacity else { return nil }
    var spec = StreamSpec(
      name: name, shards: shards, maxRecord: maxRecord, retention: retention, capacity: capacity)
    spec.autoscaler = scaler
    spec.ranges = given?.ranges
    spec.observed = observed
    spec.shardLevelMetrics = metrics
    return spec
  }

  /// AWS's EnhancedMonitoring: names of metrics, or ALL.
  private func shardLevelMetrics(_ field: Field) -> [ShardLevelMetric] {
    let all = ShardLevelMetric.allCases, names = all.map(\.rawValue)
    if field.text == "ALL" { return all }
    guard let items = field.list(atMost: all.count + 1, expecting: "ALL or a list of \(names.joined(separator: ", "))")
    else {
      return []
    }
    let given = items.compactMap { $0.choice(names + ["ALL"], what: "shard-level metric") }
    return given.contains("ALL") ? all : all.filter { given.contains($0.rawValue) }
  }

  /// How many, and their ranges where these are given.
  private func shards(_ fields: inout Fields, isRequired: Bool) -> (count: Int, ranges: [HashKeyRange]?)? {
    // CreateStream is bound by the account's quota, which is held over all streams; only UpdateShardCount has a limit of
    // its own.
    let most = Int(max(limits[.account.shardsLargeRegions], limits.shardQuota(region: region)))
    let expected = "a number of shards"
    let field =
      isRequired ? fields.require("shards", expecting: "a number of shards, such as 4") : fields.take("shards")
    guard let field, case .map = field.node.content else {
      return field?.integer(1...most, expecting: expected).map { ($0, nil) }
    }
    return field.map().flatMap { listed($0, field, most: most) }
  }

  /// `shards: {ranges: FILE, count: N}`: the open shards that AWS listed; `count`, which may be left out, is held against them.
  private func listed(_ map: Fields, _ field: Field, most: Int) -> (count: Int, ranges: [HashKeyRange]?)? {
    var fields = map
    let file = fields.require("ranges", expecting: "the path of what aws kinesis list-shards printed")
    let count = fields.take("count").map { $0.integer(1...most, expecting: "a number of shards") }
    fields.finish()
    guard let open = file.flatMap({ traces.shards($0, base: base) })?.open else { return nil }
    if let count, let count, count != open.count {
      field.refuse("\(open.count) shards are open in the file, not \(count)", remedy: "leave count out")
    }
    guard open.count <= most else {
      field.refuse("\(open.count) shards are more than \(most)")
      return nil
    }
    return (open.count, open.map(\.range))
  }

  private func maxRecord(_ field: Field) -> Bytes? {
    let range = Bytes(limits[.put.recordBytesDefault])...Bytes(limits[.put.recordBytesMaximum])
    guard let size = field.bytes(range) else { return nil }
    if size.count % 1_024 == 0 { return size }
    field.fail(expected: "whole KiB")
    return nil
  }

  private func retention(_ field: Field) -> Interval? {
    let (least, most) = (limits[.stream.retentionMinimum], limits[.stream.retentionMaximum])
    guard let length = field.duration(.zero ... .days(36_500)) else { return nil }
    if length >= .hours(least), length <= .hours(most), length.nanoseconds % Interval.hours(1).nanoseconds == 0 {
      return length
    }
    field.fail(expected: "whole hours from \(least)h to \(most)h")
    return nil
  }
}
