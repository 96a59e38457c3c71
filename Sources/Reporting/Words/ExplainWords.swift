internal import Experiment
internal import KinesisCore
internal import Models
internal import Planning
internal import Units

/// An explanation in sentences and rows, for all its documents.
struct ExplainWords {
  let explanation: Explanation
  let clock: ReportClock

  init(_ explanation: Explanation) {
    self.explanation = explanation
    clock = ReportClock(explanation.result)
  }

  private var run: RunResult { explanation.result }

  /// What happened, in a sentence.
  var headline: String {
    switch explanation.reason {
    case .breach(let verdict):
      let first = verdict.firstBrokenAt.map { ", first seen broken at \(clock.text($0))" } ?? ""
      return
        "Objective \(verdict.objective.id) broke: expected \(verdict.objective.wanted), got \(value(verdict))\(first)."
    case .held(let verdict):
      return "Objective \(verdict.objective.id) held: expected \(verdict.objective.wanted), got \(value(verdict))."
    case .refusals(let stream): return "No objective that can fail the run broke. " + worst(stream)
    case .loss(let note): return "Records were lost at \(clock.text(note.at)) by \(note.subject): \(note.detail)."
    case .expired(let consumer):
      let found = run.consumers[consumer]
      return "\(Figures.count(found.expired, of: "record")) expired before \(found.name) read them."
    case .fellBehind(let consumer):
      let found = run.consumers[consumer]
      return "No objective that can fail the run broke, but \(found.name) fell behind, by "
        + "\(Figures.number(found.fallingBehind ?? 0)) s a second over the last half of the run."
    case .readRefusals(let note):
      return "No objective that can fail the run broke, but reads of \(note.subject) were throttled from "
        + "\(clock.text(note.at)) on: \(ReaderStory.refusals(of: note.subject, in: run))."
    case .asked:
      let instant = explanation.focus.map(clock.text) ?? Figures.nothing
      return "What happened around \(instant)."
    case .nothing:
      return "Nothing went wrong: no objective that can fail the run broke, nothing was throttled, nothing lost."
    }
  }

  /// The second shown, by what a stream refused in it.
  private func worst(_ stream: Int) -> String {
    guard let focus = explanation.focus, let recording = explanation.recording else { return "" }
    let second = Int((focus - recording.from).nanoseconds / 1_000_000_000)
    let cells = recording.streams[stream].shards.filter { $0.seconds.indices.contains(second) }
    let refused = cells.reduce(0) { $0 + $1.seconds[second].refused }
    let count = cells.count { $0.seconds[second].refused > 0 }
    return "Most was throttled at \(clock.text(focus)): \(Figures.count(count, of: "shard")) of "
      + "\(run.streams[stream].name) throttled \(Figures.count(refused, of: "record"))."
  }

  private func value(_ verdict: ObjectiveVerdict) -> String {
    verdict.value == nil ? "nothing measured" : verdict.objective.text(verdict.value)
  }

  /// Why, in sentences: the stretch, the shards, their keys, what came before and how it ended.
  var sentences: [String] {
    guard let focus = explanation.focus, let recording = explanation.recording else { return [] }
    let until = recording.from + .seconds(Int64(recording.seconds))
    let stretch = "Seconds shown: \(clock.text(recording.from)) to \(clock.text(until)), around \(clock.text(focus))."
    let none = explanation.shown.isEmpty ? ["There was no demand on any shard then."] : []
    return [stretch] + none + explanation.shown.map { shardSentence($0, recording) } + streamSentences
      + [recovery].compactMap(\.self) + ReaderStory.sentences(of: run).map { "In the whole run: \($0)" }
  }

  /// What a shard was asked for and what made it hot.
  private func shardSentence(_ shown: Explanation.Shown, _ recording: Recording) -> String {
    let track = recording.streams[shown.stream], shard = track.shards[shown.shard]
    let refused = shard.seconds.reduce(0) { $0 + $1.refused }, peak = shard.seconds.map(track.demand).max() ?? 0
    let keys = shard.keys.prefix(3).filter { $0.share >= ShardStory.keyWorthNaming }.map { key in
      "\(key.key) \(Figures.percent(key.share)) (\(Figures.number(key.recordsPerSecond))/s)"
    }
    let hot = keys.isEmpty ? "no key stands out" : "hottest keys: \(keys.joined(separator: ", "))"
    return "\(name(shown)): demand at most \(Figures.percent(peak)) of its limit, "
      + "\(Figures.count(refused)) throttled; \(hot)."
  }

  /// Why the hottest shard of each stream shown refused records, over the whole run.
  private var streamSentences: [String] {
    var streams: [Int] = []
    for shown in explanation.shown where !streams.contains(shown.stream) { streams.append(shown.stream) }
    return streams.compactMap { stream in
      Findings.hotShard(of: run.streams[stream]).map { "In the whole run, stream \(run.streams[stream].name): \($0)" }
    }
  }

  /// How it ended: when the shown shards had refused nothing for a while, or that they never did.
  private var recovery: String? {
    guard let focus = explanation.focus, let first = explanation.shown.first else { return nil }
    let subject = "\(run.streams[first.stream].name)/\(ShardID(first.shard))"
    let episodes = run.notes.filter { $0.subject == subject && [.throttleBegan, .throttleEnded].contains($0.kind) }
    // What begins after the focus is another story.
    if let end = episodes.first(where: { $0.at >= focus }), end.kind == .throttleEnded {
      return "Throttling stopped at \(clock.text(end.at)): \(end.detail) on \(ShardID(first.shard))."
    }
    let isOpen = episodes.last { $0.at <= focus }?.kind == .throttleBegan
    return isOpen && episodes.allSatisfy { $0.at <= focus } && run.notesOmitted == 0
      ? "Throttling went on to the end of the run." : nil
  }

  func name(_ shown: Explanation.Shown) -> String {
    let shard = ShardID(shown.shard)
    return run.streams.count == 1 ? "\(shard)" : "\(run.streams[shown.stream].name)/\(shard)"
  }

  // MARK: Pictures and rows

  /// For each shard what was asked for over its limit and what was refused, a column a second; a full bar is the limit or
  /// what passed it most.
  var strips: [Chart] {
    guard let recording = explanation.recording else { return [] }
    return explanation.shown.map { shown in
      let track = recording.streams[shown.stream], shard = track.shards[shown.shard]
      let demand = Series(shard.seconds.map(track.demand), columns: 120, gathering: .max)
      let refused = Series(shard.seconds.map { Double($0.refused) }, columns: 120, gathering: .sum)
      return Chart(rows: [
        Chart.Row(
          name: "shard \(shown.shard)  demand", marks: .strip(demand.columns, peak: max(1, demand.peak)),
          caption: "at most \(Figures.percent(demand.peak))"),
        Chart.Row(
          name: "shard \(shown.shard)  throttled", marks: refused.strip,
          caption: "at most \(Figures.count(Int64(clamping: refused.peak)))/s"),
      ])
    }
  }

  /// A row for each second and shown shard; retries, losses and lag are those of all producers and consumers, in the row
  /// of the first shard.
  var rows: Table {
    let rows = explanation.recording.map { recording in
      (0..<recording.seconds).flatMap { second in
        explanation.shown.enumerated().map { position, shown in
          row(second, shown, recording, position == 0 ? .whole : .shard)
        }
      }
    }
    return Table(
      "Second",
      numbers: [
        "Shard", "Demand, records", "Demand", "Of limit", "Accepted records", "Throttled", "Retries", "Lost", "Behind",
      ], rows ?? [])
  }

  /// Whether a row has what concerns all shards.
  private enum Part { case whole, shard }

  private func row(_ second: Int, _ shown: Explanation.Shown, _ recording: Recording, _ part: Part) -> [Prose] {
    let track = recording.streams[shown.stream], cell = track.shards[shown.shard].seconds[second]
    let instant = recording.from + .seconds(Int64(second))
    let mark = instant == explanation.focus ? " ◀" : ""
    let own: [Prose] = [
      Prose(clock.text(instant) + mark), "\(shown.shard)", .count(cell.askedRecords), .size(Bytes(cell.askedBytes)),
      .percent(track.demand(cell)), .count(cell.takenRecords), .count(cell.refused),
    ]
    guard part == .whole else { return own + ["", "", ""] }
    let retries = recording.producers.reduce(0) { $0 + $1.retries[second] }
    let lost = recording.producers.reduce(0) { $0 + $1.lost[second] }
    let age = recording.consumers.map { $0.ages[second] }.max()
    return own + [.count(retries), .count(lost), age.map(Prose.duration) ?? .nothing]
  }

  /// An event as a line.
  func line(_ note: Note) -> String {
    "\(clock.text(note.at))  \(note.kind.words)  \(note.subject)  \(note.detail)"
  }
}
