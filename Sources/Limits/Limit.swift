/// How sure we are of a figure.
public enum Confidence: String, Sendable, Hashable, Codable {
  /// AWS says so, in its documentation, API model or source code.
  case documented
  /// Somebody measured it, or reverse-engineered it from production.
  case observed
  /// Nobody published it; weir's choice, open to change.
  case assumed
}

/// One limit of the service: a dated figure with its source.
///
/// A limit is one row of a table in `Tables/`, and adding one is adding that row: the row's Swift name becomes its key.
public struct Limit: Sendable, Hashable {
  /// What `weir limits` prints: what it limits, dotted, its unit last.
  public let name: String
  /// The figure, in `unit`.
  public internal(set) var value: Int64
  /// What the figure counts, as it is printed behind it.
  public let unit: String
  /// What it means, in a sentence.
  public let meaning: String
  /// Where it is from: a section of facts/kinesis-data-streams.md (§), facts/data-firehose.md (F§) or facts/kinesis-queues.md
  /// (Q§) and the document behind it.
  public internal(set) var source: String
  /// How sure it is.
  public internal(set) var confidence: Confidence

  init(
    _ name: String, _ value: Int64, _ unit: String, _ meaning: String, _ source: String, _ confidence: Confidence
  ) {
    (self.name, self.value, self.unit, self.meaning) = (name, value, unit, meaning)
    (self.source, self.confidence) = (source, confidence)
  }

  /// What it is a limit of: the first part of its name, such as `shard` or `firehose`.
  public var family: Substring { name.prefix { $0 != "." } }
}

extension Limit {
  /// Which limit: `.shard.writeRecords` is the row `writeRecords` of the table `shard`.
  public struct Key: Sendable, Hashable, CaseIterable {
    /// The row's place among those of all tables.
    @usableFromInline let index: Int

    @inlinable init(index: Int) { self.index = index }

    /// Every limit, in the order of the tables.
    public static var allCases: [Key] { Limit.builtIn.indices.map(Key.init) }

    /// What `weir limits` prints.
    public var name: String { Limit.builtIn[index].name }
    /// What the figure counts.
    public var unit: String { Limit.builtIn[index].unit }
  }

  /// Makes the rows of a table keys.
  ///
  /// A table holds nothing but rows, one behind the other, so that a row's offset is its place; the compiler knows it, and
  /// a key costs nothing at run time.
  @dynamicMemberLookup public struct Table<Rows>: Sendable {
    @usableFromInline let first: Int

    @inlinable init(_ table: KeyPath<Tables, Rows>) { first = Table<Tables>.place(of: table) }

    /// The key of a row.
    @inlinable public subscript(dynamicMember row: KeyPath<Rows, Limit>) -> Key {
      Key(index: first + Self.place(of: row))
    }

    @inlinable static func place<Part>(of part: KeyPath<Rows, Part>) -> Int {
      guard let offset = MemoryLayout<Rows>.offset(of: part) else { preconditionFailure("a row that is not stored") }
      return offset / MemoryLayout<Limit>.stride
    }
  }

  /// All rows as they are built in, in the order of the tables.
  static let builtIn: [Limit] = {
    let rows = Mirror(reflecting: Tables()).children.flatMap { table in
      Mirror(reflecting: table.value).children.compactMap { $0.value as? Limit }
    }
    precondition(
      (MemoryLayout<Tables>.size + MemoryLayout<Limit>.stride - 1) / MemoryLayout<Limit>.stride == rows.count,
      "a table holds nothing but rows")
    return rows
  }()
}
