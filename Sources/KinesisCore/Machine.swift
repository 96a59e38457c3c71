// Whoever speaks to the rules reads the figures that they obey.
@_exported public import Limits
public import Units

/// A state machine without a clock: time comes in as an argument, effects go out as values.
///
/// Two drivers run every machine. The virtual one jumps to the next input or deadline; the live one stamps inputs with
/// the real clock, performs effects and sets one alarm for `deadline`. Both call `step` and `wake` and nothing else.
public protocol Machine: Sendable {
  /// What can be asked of it.
  associatedtype Input: Sendable
  /// What it answers or wants done.
  associatedtype Effect: Sendable
  /// When it wants to be woken next; nil when only an input can change it.
  var deadline: Instant? { get }
  /// Lets time pass up to `now`, then takes the input. `now` must not decrease from call to call; an earlier one counts
  /// as the latest seen.
  mutating func step(_ input: Input, at now: Instant, into effects: inout [Effect])
  /// Lets time pass up to `now`. A call before the deadline changes nothing.
  mutating func wake(at now: Instant, into effects: inout [Effect])
}
