internal import Crypto
public import KinesisCore
internal import Experiment
internal import Models
public import Pricing
public import Scenario

/// What a run depends on, in one number: SHA-256 over version, seed, scenario, limits, prices and input files.
///
/// Each part enters as its name, a space, its length in UTF-8 bytes, a newline, its bytes and a newline, so that no two
/// lists of parts read alike. In this order:
/// 1. `format`: `weir.fingerprint/v1`
/// 2. `version`: weir's own
/// 3. `seed`: decimal
/// 4. `scenario`: the canonical text, overrides applied
/// 5. `limits`: the profile's name, then `NAME=VALUE` a line in the order of the profile (meanings and sources not)
/// 6. `prices`: the book's name, then `ITEM REGION UNIT ABOVE=USD…` a line in the order of the book
/// 7. `input`, one for each file, in the byte order of their names: the name, a newline, its SHA-256 in hexadecimal
public struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
  /// A file the scenario reads.
  public struct Input: Sendable, Hashable {
    /// As the scenario names it; never a machine's own path.
    public var name: String
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    public var digest: String

    /// A file by its digest.
    public init(name: String, digest: String) {
      self.name = name
      self.digest = digest
    }

    /// A file by its bytes.
    public init(name: String, bytes: some Sequence<UInt8>) {
      self.init(name: name, digest: Fingerprint.digest(of: bytes))
    }
  }

  /// 64 lower-case hexadecimal digits.
  public let hex: String

  /// The fingerprint of a run.
  public init(
    scenario: String, inputs: [Input], limits: LimitsProfile, prices: PriceBook, seed: UInt64, version: String
  ) {
    let limitLines = limits.limits.map { "\($0.name)=\($0.value)" }
    let files = inputs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let parts =
      [
        ("format", "weir.fingerprint/v1"), ("version", version), ("seed", String(seed)), ("scenario", scenario),
        ("limits", ([limits.name] + limitLines).joined(separator: "\n")),
        ("prices", ([prices.name] + prices.prices.map(Self.line)).joined(separator: "\n")),
      ] + files.map { ("input", "\($0.name)\n\($0.digest)") }
    hex = Self.digest(of: Array(parts.map { "\($0.0) \($0.1.utf8.count)\n\($0.1)\n" }.joined().utf8))
  }

  /// The fingerprint of a scenario as it was read, settings and seed applied.
  public init(of loaded: LoadedScenario, version: String) {
    self.init(
      scenario: loaded.canonicalText, inputs: loaded.inputs.map { Input(name: $0.path, bytes: $0.bytes) },
      limits: loaded.experiment.limits, prices: loaded.experiment.prices, seed: loaded.experiment.seed,
      version: version)
  }

  private static func line(_ price: Price) -> String {
    let tiers = price.tiers.map { "\($0.above)=\($0.price)" }
    return ([price.item.rawValue, price.region, price.unit.rawValue] + tiers).joined(separator: " ")
  }

  /// SHA-256 of the bytes, in lower-case hexadecimal.
  public static func digest(of bytes: some Sequence<UInt8>) -> String {
    SHA256.hash(data: Array(bytes)).map { JSONValue.hexadecimal(UInt64($0), digits: 2) }.joined()
  }

  /// The digits.
  public var description: String { hex }
}
