internal import Models

extension Note.Kind {
  /// As people read it: `throttle began`.
  var words: String { rawValue.split(separator: "_").joined(separator: " ") }
}
