internal import Experiment
internal import Units

/// `sdk` and `sdk_retry`: of who puts and of who polls.
extension ScenarioDecoder {
  private static let modes = ["default"] + SDKRetrySpec.Mode.allCases.map(\.rawValue)
  /// What `standard` was called here before the SDKs had it.
  private static let alias = "adaptive_2026"

  /// What the SDK does about a call that fails: a mode, or a map with the mode, its attempts and its time-out. Nil when neither
  /// key is there. `sdk` alone means what that SDK does by default.
  func sdkRetry(_ fields: inout Fields) -> SDKRetrySpec? {
    let language = fields.take("sdk"), field = fields.take("sdk_retry")
    let sdk = language?.choice(SDKLanguage.allCases.map(\.rawValue), what: "SDK").flatMap(SDKLanguage.init)
    guard let field else { return sdk.map { SDKRetrySpec(mode: $0.today) } }
    guard !field.isScalar else { return mode(field, sdk, language).map { SDKRetrySpec(mode: $0) } }
    let expected = "one of \(Self.modes.joined(separator: ", "))"
    guard var map = field.map(expecting: "\(expected), or a map with a mode") else { return nil }
    let mode = map.require("mode", expecting: expected).flatMap { self.mode($0, sdk, language) }
    let attempts = map.take("max_attempts")
    let most = attempts?.integer(1...1_000, expecting: "a number of attempts")
    let timeout = map.take("timeout")?.duration(.shortest ... .hours(1))
    map.finish()
    if mode == SDKRetrySpec.Mode.none {
      attempts?.warn("sdk_retry mode none sends a call once: max_attempts has no effect")
    }
    return mode.map { SDKRetrySpec(mode: $0, maxAttempts: most, timeout: timeout) }
  }

  private func mode(_ field: Field, _ sdk: SDKLanguage?, _ language: Field?) -> SDKRetrySpec.Mode? {
    guard field.text != Self.alias else { return .standard }
    guard let name = field.choice(Self.modes, what: "sdk_retry") else { return nil }
    guard name != "default" else { return (sdk ?? .python).today }
    language?.warn(
      "sdk has no effect: sdk_retry says \(name)", remedy: "write sdk_retry: default for what that SDK does by itself")
    if name == SDKRetrySpec.Mode.standard.rawValue { warnOfStandard(field) }
    return SDKRetrySpec.Mode(rawValue: name)
  }

  /// The word has changed its meaning: said once a file.
  private func warnOfStandard(_ field: Field) {
    let text =
      "sdk_retry standard means the SDKs' form of 10 November 2026: 1 s after a throttle and 50 ms after another failure, 5 and 14 "
      + "tokens of 500"
    guard !sink.warnings.contains(where: { $0.message == text }) else { return }
    field.warn(text, remedy: "write default if that is meant, or standard_2025 for the form before it")
  }
}
