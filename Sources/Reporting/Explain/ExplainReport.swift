internal import KinesisCore
internal import Models
public import Planning
internal import Units

/// `weir explain`: why, for a terminal, as Markdown, and as `weir.explain/v1`.
public struct ExplainReport: Sendable {
  private let explanation: Explanation
  private let story: ExplainStory
  private let fingerprint: Fingerprint
  private let command: String

  /// The report of an explanation; `arguments` are the words of the command line that gives it again.
  public init(_ explanation: Explanation, fingerprint: Fingerprint, arguments: [String]) {
    (self.explanation, self.fingerprint) = (explanation, fingerprint)
    (story, command) = (ExplainStory(explanation), ShellLine.text(arguments))
  }

  /// For a terminal.
  public var text: String {
    let rows = Self.aligned([ExplainStory.columns] + story.rows)
    let parts: [[String]] = [
      [story.headline] + story.sentences, story.strips, story.rows.isEmpty ? [] : rows,
      Self.titled("Before it", explanation.before.map(story.line)),
      Self.titled("After it", explanation.after.map(story.line)), ["To see it again: \(command)"],
    ]
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  /// For a ticket.
  public var markdown: String {
    var parts = ["# \(explanation.result.experiment.name): why", Markdown.prose(story.headline)]
    if !story.sentences.isEmpty {
      parts.append(story.sentences.map { "- \(Markdown.prose($0))" }.joined(separator: "\n"))
    }
    if !story.strips.isEmpty { parts.append(Markdown.block(story.strips)) }
    if !story.rows.isEmpty {
      var table = MarkdownTable(ExplainStory.columns[0], numbers: Array(ExplainStory.columns.dropFirst()))
      for row in story.rows { table.append(row) }
      parts.append(table.text)
    }
    for (title, notes) in [("Before it", explanation.before), ("After it", explanation.after)] where !notes.isEmpty {
      parts.append("## \(title)\n\n" + notes.map { "- \(Markdown.prose(story.line($0)))" }.joined(separator: "\n"))
    }
    parts.append("## To see it again\n\n```sh\n\(command)\n```")
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static func titled(_ title: String, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : ["\(title):"] + lines.map { "  " + $0 }
  }

  /// Columns side by side, numbers to the right.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + space : space + row[column]
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  // MARK: JSON

  /// `weir.explain/v1`.
  public var json: String {
    let run = explanation.result
    return JSONValue.object([
      "schema": "weir.explain/v1", "scenario": .string(run.experiment.name), "seed": .count(run.experiment.seed),
      "replication": .count(run.replication), "fingerprint": .string(fingerprint.hex),
      "trajectory_hash": .string(JSONValue.hexadecimal(run.trajectoryHash, digits: 16)),
      "reason": .string(reason.name), "objective": .optional(reason.objective?.objective.id),
      "first_broken_at": .optional(reason.objective?.firstBrokenAt.map(CivilTime.text)),
      "focus": .optional(explanation.focus.map(CivilTime.text)),
      "sentences": .array(([story.headline] + story.sentences).map { .string($0) }),
      "window": window, "shards": .array(explanation.shown.map(shard)),
      "before": .array(explanation.before.map(Self.note)), "after": .array(explanation.after.map(Self.note)),
      "reproduce": .string(command),
    ]).text
  }

  private var reason: (name: String, objective: ObjectiveVerdict?) {
    switch explanation.reason {
    case .breach(let verdict): ("breach", verdict)
    case .held(let verdict): ("held", verdict)
    case .refusals: ("refusals", nil)
    case .loss: ("loss", nil)
    case .asked: ("asked", nil)
    case .nothing: ("nothing", nil)
    }
  }

  private var window: JSONValue {
    guard let recording = explanation.recording else { return nil }
    let producers = recording.producers.map { track in
      (
        track.name,
        JSONValue.object([
          "offered": Self.list(track.offered), "retries": Self.list(track.retries), "lost": Self.list(track.lost),
        ])
      )
    }
    let consumers = recording.consumers.map { track in
      (track.name, JSONValue.object(["iterator_age_ms": .array(track.ages.map { .number($0.inMilliseconds) })]))
    }
    return [
      "from": .string(CivilTime.text(recording.from)), "seconds": .count(recording.seconds),
      "producers": .object(Dictionary(producers) { one, _ in one }),
      "consumers": .object(Dictionary(consumers) { one, _ in one }),
    ]
  }

  private func shard(_ shown: Explanation.Shown) -> JSONValue {
    guard let recording = explanation.recording else { return nil }
    let track = recording.streams[shown.stream], shard = track.shards[shown.shard]
    let keys = shard.keys.map { key in
      JSONValue.object([
        "key": .string(key.key), "share": .number(key.share), "records_per_s": .number(key.recordsPerSecond),
      ])
    }
    return [
      "stream": .string(track.name), "shard": .string(shard.id.description), "keys": .array(keys),
      "limit_records_per_s": .number(track.recordsLimit), "limit_bytes_per_s": .number(track.bytesLimit),
      "asked_records": Self.list(shard.seconds.map(\.askedRecords)),
      "asked_bytes": Self.list(shard.seconds.map(\.askedBytes)),
      "stored_records": Self.list(shard.seconds.map(\.takenRecords)),
      "stored_bytes": Self.list(shard.seconds.map(\.takenBytes)), "refused": Self.list(shard.seconds.map(\.refused)),
      "demand": .array(shard.seconds.map { .number(track.demand($0)) }),
    ]
  }

  private static func list(_ values: [Int64]) -> JSONValue { .array(values.map { .count($0) }) }

  private static func note(_ note: Note) -> JSONValue {
    [
      "at": .string(CivilTime.text(note.at)), "kind": .string(note.kind.rawValue), "subject": .string(note.subject),
      "detail": .string(note.detail),
    ]
  }
}
