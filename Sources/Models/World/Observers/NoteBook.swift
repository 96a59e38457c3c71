internal import Experiment
internal import Units

/// Collects notable events, the first `RunResult.maximumNotes` of them.
struct NoteBook: Sendable {
  private(set) var notes: [Note] = []
  private(set) var omitted = 0

  mutating func add(_ kind: Note.Kind, _ subject: String, _ detail: String, at now: Instant) {
    guard notes.count < RunResult.maximumNotes else {
      omitted += 1
      return
    }
    notes.append(Note(at: now, kind: kind, subject: subject, detail: detail))
  }

  /// In order of time; of the same instant, in order of writing.
  var inOrder: [Note] {
    notes.indices.sorted { (notes[$0].at, $0) < (notes[$1].at, $1) }.map { notes[$0] }
  }
}
