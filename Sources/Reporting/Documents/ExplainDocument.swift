internal import Experiment
internal import KinesisCore
internal import Models
public import Planning
public import Scenario
internal import Units

/// `weir explain`: why, for a terminal, as Markdown, and as `weir.explain/v1`.
public struct ExplainDocument: Exhibit {
  let explanation: Explanation
  private let words: ExplainWords
  private let fingerprint: Fingerprint
  private let command: ShellLine

  /// The report of an explanation; `command` is the line that gives it again.
  public init(_ explanation: Explanation, fingerprint: Fingerprint, command: ShellLine) {
    (self.explanation, self.fingerprint, self.command) = (explanation, fingerprint, command)
    words = ExplainWords(explanation)
  }

  /// What happened, pictures of it, second by second, and what came before and after.
  public var document: Document {
    // A page has two blank lines below pictures and tables.
    let gap = Document.Block.page([.paragraph("")])
    let strips = words.strips, rows = words.rows
    let events = [("Before it", explanation.before), ("After it", explanation.after)].filter { !$0.1.isEmpty }
    return Document(
      blocks: [
        .page([.heading(1, "\(explanation.result.experiment.name): why")]),
        .stack([.paragraph(.plain(words.headline)), .list(words.sentences.map(Prose.plain))]), .charts(strips),
        strips.isEmpty ? .stack([]) : gap, .filled(rows), rows.rows.isEmpty ? .stack([]) : gap,
      ]
        + events.flatMap { title, notes -> [Document.Block] in
          [.heading(2, Prose(text: "\(title):", markdown: title)), .list(notes.map { .plain(words.line($0)) })]
        } + [.terminal(["To see it again: \(command)"]), .command(command, under: "To see it again")])
  }

  // MARK: JSON

  /// `weir.explain/v1`.
  public var value: JSONValue {
    let run = explanation.result
    return JSONValue([
      "schema": "weir.explain/v1", "scenario": run.experiment.name, "seed": run.experiment.seed,
      "replication": run.replication, "fingerprint": fingerprint.hex, "trajectory_hash": .hash(run.trajectoryHash),
      "reason": reason.name, "objective": reason.objective?.objective.id,
      "first_broken_at": reason.objective?.firstBrokenAt.map(CivilTime.text),
      "focus": explanation.focus.map(CivilTime.text), "sentences": [words.headline] + words.sentences,
      "window": window, "shards": explanation.shown.map(shard), "before": explanation.before.map(Self.note),
      "after": explanation.after.map(Self.note), "reproduce": command.description,
    ])
  }

  private var reason: (name: String, objective: ObjectiveVerdict?) {
    switch explanation.reason {
    case .breach(let verdict): ("breach", verdict)
    case .held(let verdict): ("held", verdict)
    case .refusals: ("refusals", nil)
    case .loss: ("loss", nil)
    case .expired: ("expired", nil)
    case .fellBehind: ("fell_behind", nil)
    case .readRefusals: ("read_refusals", nil)
    case .asked: ("asked", nil)
    case .nothing: ("nothing", nil)
    }
  }

  private var window: JSONValue {
    guard let recording = explanation.recording else { return nil }
    let producers = recording.producers.map { track -> (String, JSONValue) in
      (track.name, JSONValue(["offered": track.offered, "retries": track.retries, "lost": track.lost]))
    }
    let consumers = recording.consumers.map { track -> (String, JSONValue) in
      (track.name, JSONValue(["iterator_age_ms": track.ages.map { $0.inMilliseconds }]))
    }
    return JSONValue([
      "from": CivilTime.text(recording.from), "seconds": recording.seconds, "producers": .named(producers),
      "consumers": .named(consumers),
    ])
  }

  private func shard(_ shown: Explanation.Shown) -> JSONValue {
    guard let recording = explanation.recording else { return nil }
    let track = recording.streams[shown.stream], shard = track.shards[shown.shard]
    let keys = shard.keys.map { key -> JSONValue in
      JSONValue(["key": key.key, "share": key.share, "records_per_s": key.recordsPerSecond])
    }
    return JSONValue([
      "stream": track.name, "shard": shard.id.description, "keys": keys, "limit_records_per_s": track.recordsLimit,
      "limit_bytes_per_s": track.bytesLimit, "asked_records": shard.seconds.map(\.askedRecords),
      "asked_bytes": shard.seconds.map(\.askedBytes), "stored_records": shard.seconds.map(\.takenRecords),
      "stored_bytes": shard.seconds.map(\.takenBytes), "refused": shard.seconds.map(\.refused),
      "demand": shard.seconds.map { track.demand($0) },
    ])
  }

  private static func note(_ note: Note) -> JSONValue {
    JSONValue([
      "at": CivilTime.text(note.at), "kind": note.kind.rawValue, "subject": note.subject, "detail": note.detail,
    ])
  }
}
