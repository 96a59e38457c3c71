internal import Models
public import Scenario

extension Fingerprint {
  /// The fingerprint of a scenario as it was read, settings and seed applied.
  public init(of loaded: LoadedScenario, version: String) {
    self.init(
      scenario: loaded.canonicalText, inputs: loaded.inputs.map { Input(name: $0.path, bytes: $0.bytes) },
      limits: loaded.experiment.limits, prices: loaded.experiment.prices, seed: loaded.experiment.seed,
      version: version)
  }
}
