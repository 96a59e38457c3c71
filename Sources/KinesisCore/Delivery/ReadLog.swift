internal import Units

/// How far a shard was read, and how much of what was read has come to an end: where a failover goes back to.
///
/// AWS does not publish its algorithm; a checkpoint that moves from read to read is ours.
struct ReadLog: Sendable, Hashable {
  /// What one read brought, or several that were merged.
  struct Section: Sendable, Hashable {
    /// Number of the read, from 0.
    let read: Int64
    let start: Int64
    var end: Int64
    /// Users' records in it.
    var records: Int64 = 0
    /// Those that have not come to an end.
    var outstanding: Int64 = 0
    /// Those of them that never had before.
    var fresh: Int64 = 0
  }

  /// What is to be read again: positions, and how many of its first records are duplicates.
  private struct Zone: Sendable, Hashable {
    var start: Int64
    let end: Int64
    var repeats: Int64
  }

  /// More sections than this are merged in pairs: the checkpoint then moves in larger steps.
  static let mostSections = 4_096

  /// Everything ahead of it has come to an end.
  private(set) var checkpoint: Int64
  /// Where the next read begins.
  private(set) var next: Int64
  /// Everything ahead of it was billed, and copied to the backup.
  private(set) var copiedUpTo: Int64
  private(set) var sections: [Section] = []
  private var finished = 0
  private var reads: Int64 = 0
  private var zones: [Zone] = []

  init(from position: Int64) { (checkpoint, next, copiedUpTo) = (position, position, position) }

  /// Number of the read that `open` began last.
  var currentRead: Int64 { reads - 1 }

  /// Begins a section for positions up to `end`.
  mutating func open(upTo end: Int64) {
    precondition(end >= next, "a shard is read forwards")
    sections.append(Section(read: reads, start: next, end: end))
    reads += 1
    next = end
    if sections.count - finished > Self.mostSections { mergePairs() }
  }

  /// Takes note that everything up to a position was billed, and copied to the backup.
  mutating func copied(upTo position: Int64) { copiedUpTo = max(copiedUpTo, position) }

  /// Notes records of the section begun last.
  mutating func note(_ records: Int64, isRepeat: Bool) {
    let last = sections.count - 1
    sections[last].records += records
    sections[last].outstanding += records
    if !isRepeat { sections[last].fresh += records }
  }

  /// Takes note that records of a read came to an end.
  mutating func settle(_ parcel: DeliveryParcel) {
    let index = place(of: parcel.read)
    sections[index].outstanding -= parcel.records
    if !parcel.isRepeat { sections[index].fresh -= parcel.records }
    precondition(sections[index].outstanding >= 0 && sections[index].fresh >= 0, "a record ends once")
  }

  /// Moves the checkpoint over what has come to an end; returns it when it moved.
  mutating func advance() -> Int64? {
    let before = checkpoint
    while finished < sections.count, sections[finished].outstanding == 0 {
      checkpoint = sections[finished].end
      finished += 1
    }
    if finished > 64, finished * 2 > sections.count {
      sections.removeFirst(finished)
      finished = 0
    }
    return checkpoint == before ? nil : checkpoint
  }

  /// Forgets what was read behind the checkpoint: it is to be read again.
  mutating func rewind() {
    let later = zones.filter { $0.end > next }
    zones = sections[finished...].map { Zone(start: $0.start, end: $0.end, repeats: $0.records - $0.fresh) } + later
    sections = []
    finished = 0
    next = checkpoint
  }

  /// How many of the records ahead of `position + count` are duplicates: the first ones, counted once, and how many
  /// positions the answer is good for.
  mutating func repeats(at position: Int64, count: Int64, records: Int64) -> (positions: Int64, repeats: Int64) {
    while let zone = zones.first, zone.end <= position { zones.removeFirst() }
    guard let zone = zones.first, zone.start < position + count else { return (count, 0) }
    guard zone.start <= position else { return (zone.start - position, 0) }
    let positions = min(count, zone.end - position)
    let repeats = min(zone.repeats, DeliveryParcel.share(of: records, positions, of: count))
    zones[0].start = position + positions
    zones[0].repeats -= repeats
    return (positions, repeats)
  }

  private func place(of read: Int64) -> Int {
    let place = sections[finished...].partitioningIndex { $0.read > read } - 1
    precondition(place >= finished, "a read that is not under way")
    return place
  }

  /// Merges neighbours two by two, all but the last, which may still be growing.
  private mutating func mergePairs() {
    let closed = Array(sections[finished...].dropLast())
    let merged = stride(from: 0, to: closed.count, by: 2).map { index in
      var section = closed[index]
      if index + 1 < closed.count { section.absorb(closed[index + 1]) }
      return section
    }
    sections = merged + sections.suffix(1)
    finished = 0
  }
}

extension ReadLog.Section {
  fileprivate mutating func absorb(_ other: Self) {
    end = other.end
    records += other.records
    outstanding += other.outstanding
    fresh += other.fresh
  }
}
