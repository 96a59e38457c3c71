internal import Units

/// What settings may say of a design: one that is swept, compared or planned.
extension Setting {
  /// The key at the top of a scenario that a path leads to.
  static func subject(of path: String) -> String { String(path.prefix { $0 != "." }) }

  /// Why a path is no part of a design, and what to do; nil when it is one. A name, a seed, what is written of a scenario: two designs
  /// that differ in these are one.
  public static func flaw(inDesign path: String) -> (message: String, remedy: String)? {
    let subject = subject(of: path)
    guard ["schema", "name", "description", "seed", "extends", "outputs", "plan", "variants"].contains(subject) else {
      return nil
    }
    return (
      "\(ConfigNode.quoted(path)) is no part of a design",
      subject == "seed" ? "every design is run many times" : "name a value of the design"
    )
  }

  /// The first of some values that was there before, however it was written: `02` is `2`, `1024B` is `1KiB`.
  public static func twin(of values: [String]) -> String? {
    var seen: Set<String> = []
    return values.first { !seen.insert(canonical($0)).inserted }
  }

  /// One text for all ways to write a number, a size or a duration; any other text as it is.
  public static func canonical(_ value: String) -> String {
    if let number = Numeral(value)?.number { return plain(number) }
    if let bytes = try? Quantity.bytes(value) { return plain(Double(bytes.count)) }
    if let interval = try? Quantity.interval(value) { return "\(interval.nanoseconds) ns" }
    return value
  }
}
