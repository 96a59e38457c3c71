/// What a scenario came to when its author last found it right: `weir.baseline/v1`.
public struct Baseline: Sendable, Hashable {
  /// A figure of it.
  public struct Figure: Sendable, Hashable {
    /// Its path in run.json.
    public var path: String
    /// Its value in each replication, in their order; nil when nothing was measured.
    public var values: [Double?]
    /// Where the file has it.
    public var place: Place

    /// A figure.
    public init(path: String, values: [Double?], place: Place) {
      (self.path, self.values, self.place) = (path, values, place)
    }
  }
  /// An objective that is known to fail.
  public struct Known: Sendable, Hashable {
    /// Its name.
    public var id: String
    /// Where the file has it.
    public var place: Place

    /// An objective known to fail.
    public init(id: String, place: Place) { (self.id, self.place) = (id, place) }
  }

  /// The file, as its user would type it.
  public var file: String
  /// The name of the scenario.
  public var scenario: String
  /// The version of weir that made it.
  public var version: String
  /// What the runs depended on, 64 hexadecimal digits.
  public var fingerprint: String
  /// The seed of the runs.
  public var seed: UInt64
  /// The trajectory hash of each replication, in their order; at least one.
  public var hashes: [UInt64]
  /// Objectives of severity `fail` whose breach the author has accepted, in the order of the file.
  public var expected: [Known]
  /// The figures, in the order of the file.
  public var figures: [Figure]
  /// What the file says its contents come to; nil in files of versions before 0.2, which are refused.
  public var checksum: String?
  /// What the checksum is of: one text for all ways to lay out the same contents.
  public var body: [UInt8] = []

  /// A baseline of the given parts.
  public init(
    file: String, scenario: String, version: String, fingerprint: String, seed: UInt64, hashes: [UInt64],
    expected: [Known], figures: [Figure]
  ) {
    self.file = file
    self.scenario = scenario
    self.version = version
    self.fingerprint = fingerprint
    self.seed = seed
    self.hashes = hashes
    self.expected = expected
    self.figures = figures
  }

  /// Over how many replications.
  public var replications: Int { hashes.count }
}

extension Baseline {
  /// The name of the format.
  public static let schema = "weir.baseline/v1"
  /// The most replications and figures of a baseline.
  static let maximumReplications = 10_000, maximumFigures = 20_000

  /// Reads a baseline; nil when the file is not there. Throws every error at once.
  public static func load(path: String) throws(ScenarioFailure) -> Baseline? {
    let sink = Sink()
    let bytes: [UInt8]
    do throws(InputFile.Flaw) {
      bytes = try InputFile.read(path, limit: InputFile.scenarioLimit)
    } catch {
      guard case .unfit = error else { return nil }
      throw .invalid([Diagnostic(place: Place(file: path), path: "", message: error.reason)])
    }
    let decoded = SourceText.decode(bytes, file: path, sink: sink)
    if let flaw = decoded.flatMap(JSONGuard.flaw) {
      let place = Place(file: path, line: flaw.line, column: flaw.column)
      throw .invalid([Diagnostic(place: place, path: "", message: "not valid JSON: \(flaw.message)")])
    }
    guard let text = decoded,
      let root = YAMLSource.tree(text, file: path, sink: sink),
      var baseline = BaselineDecoder(file: path, sink: sink).decode(root), sink.isClean
    else { throw sink.failure(main: path) }
    baseline.body = body(of: root)
    return baseline
  }

  /// What a checksum of a baseline is made of: its contents but the checksum; nil for what is no JSON.
  public static func body(of text: String) -> [UInt8]? {
    YAMLSource.tree(text, file: "baseline.json", sink: Sink()).map { body(of: $0) }
  }

  private static func body(of root: ConfigNode) -> [UInt8] { Array(root.without(["checksum"]).canonicalText.utf8) }
}

/// Turns the tree of a baseline into a value.
private struct BaselineDecoder {
  let file: String
  let sink: Sink

  func decode(_ root: ConfigNode) -> Baseline? {
    let expected = "a map with schema \(Baseline.schema)"
    guard var fields = Field(node: root, path: "", sink: sink).map(expecting: expected) else { return nil }
    if let schema = fields.require("schema", expecting: Baseline.schema), schema.text != Baseline.schema {
      schema.fail(expected: Baseline.schema, remedy: "write it anew with `weir test DIR --update`")
    }
    let scenario = fields.require("scenario", expecting: "a scenario's name")?.string()
    let version = fields.require("version", expecting: "weir's version")?.string()
    let fingerprint = fields.require("fingerprint", expecting: "a fingerprint")?.string()
    let seed = fields.require("seed", expecting: "a seed").flatMap(self.seed)
    let hashes = fields.require("trajectory_hashes", expecting: "a list of hashes").flatMap(self.hashes)
    let known = fields.take("expects").map(self.known) ?? []
    let figures = fields.require("figures", expecting: "a map of figures").map {
      self.figures($0, count: hashes?.count)
    }
    let checksum = fields.take("checksum")?.string(expecting: "a checksum")
    _ = fields.take("level")
    fields.finish()
    guard let scenario, let version, let fingerprint, let seed, let hashes, let figures else { return nil }
    var baseline = Baseline(
      file: file, scenario: scenario, version: version, fingerprint: fingerprint, seed: seed, hashes: hashes,
      expected: known, figures: figures)
    baseline.checksum = checksum
    return baseline
  }

  private func seed(_ field: Field) -> UInt64? {
    field.seed(expecting: "a whole number from 0")
  }

  private func hashes(_ field: Field) -> [UInt64]? {
    let expected = "a trajectory hash of 16 hexadecimal digits for each replication"
    guard let items = field.list(atMost: Baseline.maximumReplications, expecting: "a list of hashes") else {
      return nil
    }
    let hashes = items.compactMap { $0.text.flatMap { $0.utf8.count == 16 ? UInt64($0, radix: 16) : nil } }
    guard hashes.count == items.count, !hashes.isEmpty else {
      field.fail(expected: expected)
      return nil
    }
    return hashes
  }

  private func known(_ field: Field) -> [Baseline.Known] {
    guard case .map(let entries) = field.node.content else {
      field.fail(expected: "a map such as {loss: fail}")
      return []
    }
    return entries.map { entry in
      let value = Field(node: entry.value, path: "expects.\(entry.key)", sink: sink)
      _ = value.choice(["fail"], what: "expectation")
      return Baseline.Known(id: entry.key, place: entry.place)
    }
  }

  private func figures(_ field: Field, count: Int?) -> [Baseline.Figure] {
    guard case .map(let entries) = field.node.content, entries.count <= Baseline.maximumFigures else {
      field.fail(expected: "a map of at most \(Baseline.maximumFigures) figures")
      return []
    }
    return entries.compactMap { entry in
      let value = Field(node: entry.value, path: "figures.\(entry.key)", sink: sink)
      guard var parts = value.map(expecting: "a map with values") else { return nil }
      let values = parts.require("values", expecting: "a value for each replication").flatMap { self.values($0, count) }
      for key in ["mean", "half_width", "withheld"] { _ = parts.take(key) }
      parts.finish()
      return values.map { Baseline.Figure(path: entry.key, values: $0, place: entry.place) }
    }
  }

  private func values(_ field: Field, _ count: Int?) -> [Double?]? {
    guard let items = field.list(atMost: Baseline.maximumReplications, expecting: "a list of numbers") else {
      return nil
    }
    if let count, items.count != count {
      field.refuse(
        "\(items.count) values for \(count) runs", remedy: "one each; null where nothing was measured")
    }
    return items.map { $0.node.isNull ? nil : $0.anyNumber(expecting: "a number") }
  }
}
