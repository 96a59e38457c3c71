/// A value given on the command line in place of the file's: `--set streams.clicks.shards=8`.
public struct Setting: Hashable, Sendable {
  /// Keys joined by dots; positions in lists are numbers from 0: `events.0.value`.
  public var path: String
  /// The value as YAML would have it; `null` takes the key away instead.
  public var value: String
  /// Where it was given: on the command line, or in a scenario's `variants` or `plan`.
  public var place: Place

  /// A value for a path.
  public init(path: String, value: String, place: Place = Setting.commandLine) {
    self.path = path
    self.value = value
    self.place = place
  }

  /// The place of what is given on the command line, by an option of that name: paths there are relative to the scenario.
  public static let commandLine = Place(file: "--set"), sweep = Place(file: "-P")
  /// The place of what the form of a scenario puts into it: new names among them.
  static let form = Place(file: "form")
  /// The place of a value that has an option of its own, which is its only one: a path there is relative to where the command is given.
  static let prices = Place(file: "--prices"), region = Place(file: "--region")

  /// A seed as a scenario has it, such as `7` or `0x1F`; nil for anything else.
  public static func seed(_ text: String) -> UInt64? { Numeral(text)?.whole }

  /// Whether a place is no file, and paths there are the scenario's.
  static func isCommandLine(_ place: Place) -> Bool { place == commandLine || place == sweep }

  /// What `--prices FILE` and `--region NAME` lay over a scenario, in place of its own.
  public static func bill(prices: String?, region: String?) -> [Setting] {
    [prices.map { option("prices", $0, prices: true) }, region.map { option("region", $0, prices: false) }].compactMap(
      \.self)
  }

  private static func option(_ path: String, _ text: String, prices isPrices: Bool) -> Setting {
    let node = ConfigNode(place: region, content: .scalar(.init(text: text, isQuoted: true)))
    return Setting(path: path, value: node.flowText, place: isPrices ? prices : region)
  }

  /// The option that gives it, and that option's value.
  var option: (name: String, value: String) {
    guard place == Self.prices || place == Self.region else { return ("--set", "\(path)=\(value)") }
    let tree = YAMLSource.tree(value, file: place.file, sink: Sink())
    return (place.file, tree.flatMap { Field(node: $0, path: "", sink: Sink()).text } ?? value)
  }

  /// One word that `init(argument:)` reads: `path=value`, or an option of its own such as `--region=eu-west-1`.
  public var argument: String {
    let (name, value) = option
    return name == "--set" ? value : "\(name)=\(value)"
  }

  /// Reads such a word; nil when there is no `=` or nothing before it.
  public init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
    let (path, value) = (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
    switch path {
    case Self.prices.file: self = Self.option("prices", value, prices: true)
    case Self.region.file: self = Self.option("region", value, prices: false)
    default: self.init(path: path, value: value)
    }
  }
}

/// Lays `--set` values over a tree.
struct SettingPass {
  let sink: Sink

  /// Maps of things the author named: a name that is not there is a mistake, not a wish for a new one.
  private static let collections = ["streams", "producers", "consumers", "firehoses", "channels"]

  /// `root` with all settings, in order; those that lead nowhere are reported.
  func apply(_ settings: [Setting], to root: ConfigNode) -> ConfigNode {
    settings.reduce(root) { tree, setting in
      guard setting.path != "extends" else {
        refuse(setting, "the file behind a scenario cannot be chosen here")
        return tree
      }
      guard let value = value(of: setting),
        let changed = replace(setting, setting.path[...], in: tree, under: [], by: value)
      else { return tree }
      return retyped(setting, value, changed)
    }
  }

  /// A consumer of another type keeps no key that means nothing for it: what was said of polling is no mistake of a queue's.
  private func retyped(_ setting: Setting, _ value: ConfigNode, _ root: ConfigNode) -> ConfigNode {
    guard setting.path.hasPrefix("consumers."), setting.path.hasSuffix(".type"), case .scalar(let type) = value.content,
      ConsumerKeys.types.contains(type.text)
    else { return root }
    let owner = setting.path.dropLast("type".count)
    let nothing = ConfigNode(place: setting.place, content: .scalar(.init(text: "null", isQuoted: false)))
    return ConsumerKeys.withoutMeaning(in: type.text).reduce(root) { tree, key in
      replace(setting, (owner + key)[...], in: tree, under: [], by: nothing) ?? tree
    }
  }

  private func value(of setting: Setting) -> ConfigNode? {
    let inner = Sink()
    if let tree = YAMLSource.tree(setting.value, file: setting.place.file, sink: inner) {
      return relocated(tree, to: setting.place)
    }
    refuse(setting, "expected a YAML value", found: ConfigNode.quoted(setting.value), remedy: nil)
    return nil
  }

  /// The tree with every place being that of the setting.
  private func relocated(_ node: ConfigNode, to place: Place) -> ConfigNode {
    switch node.content {
    case .scalar: ConfigNode(place: place, content: node.content)
    case .list(let items): ConfigNode(place: place, content: .list(items.map { relocated($0, to: place) }))
    case .map(let entries):
      ConfigNode(
        place: place,
        content: .map(entries.map { .init(key: $0.key, place: place, value: relocated($0.value, to: place)) }))
    }
  }

  private func replace(
    _ setting: Setting, _ rest: Substring, in node: ConfigNode, under parents: [String], by value: ConfigNode
  ) -> ConfigNode? {
    guard !rest.isEmpty else { return value }
    guard parents.count < YAMLSource.maximumDepth else { return refuse(setting, "the path is too deep") }
    switch node.content {
    case .map(let entries): return replace(setting, rest, inMap: entries, of: node, under: parents, by: value)
    case .list(let items): return replace(setting, rest, inList: items, of: node, under: parents, by: value)
    case .scalar:
      return refuse(setting, "\(ConfigNode.quoted(parents.joined(separator: "."))) is not a map", found: node.summary)
    }
  }

  private func replace(
    _ setting: Setting, _ rest: Substring, inMap entries: [ConfigNode.Entry], of node: ConfigNode,
    under parents: [String], by value: ConfigNode
  ) -> ConfigNode? {
    var entries = entries
    let known = entries.map(\.key).filter { rest == $0 || rest.hasPrefix($0 + ".") }.max { $0.count < $1.count }
    let key = known ?? String(rest.prefix { $0 != "." })
    let tail = rest.dropFirst(key.count + 1)
    if let index = entries.firstIndex(where: { $0.key == key }) {
      if tail.isEmpty, value.isNull {
        entries.remove(at: index)
        return ConfigNode(place: node.place, content: .map(entries))
      }
      guard let changed = replace(setting, tail, in: entries[index].value, under: parents + [key], by: value) else {
        return nil
      }
      entries[index] = .init(key: key, place: setting.place, value: changed)
    } else {
      if parents.count == 1, Self.collections.contains(parents[0]) {
        let what = "there is no \(ConfigNode.quoted(key)) among \(parents[0])"
        return refuse(setting, what, remedy: sink.nearest(key, among: entries.map(\.key)))
      }
      // What is not there need not be taken away.
      if value.isNull { return node }
      let empty = ConfigNode(place: setting.place, content: .map([]))
      guard !key.isEmpty, let made = replace(setting, tail, in: empty, under: parents + [key], by: value) else {
        return refuse(setting, "expected a path such as streams.clicks.shards", found: ConfigNode.quoted(setting.path))
      }
      entries.append(.init(key: key, place: setting.place, value: made))
    }
    return ConfigNode(place: node.place, content: .map(entries))
  }

  private func replace(
    _ setting: Setting, _ rest: Substring, inList items: [ConfigNode], of node: ConfigNode, under parents: [String],
    by value: ConfigNode
  ) -> ConfigNode? {
    let key = String(rest.prefix { $0 != "." })
    guard let index = Int(key), items.indices.contains(index) else {
      let range = items.isEmpty ? "the list is empty" : "positions are 0 to \(items.count - 1)"
      return refuse(setting, "expected a position in a list", found: ConfigNode.quoted(key), remedy: range)
    }
    let tail = rest.dropFirst(key.count + 1)
    guard let changed = replace(setting, tail, in: items[index], under: parents + [key], by: value) else { return nil }
    var items = items
    items[index] = changed
    return ConfigNode(place: node.place, content: .list(items))
  }

  @discardableResult
  private func refuse(
    _ setting: Setting, _ message: String, found: String? = nil, remedy: String? = nil
  ) -> ConfigNode? {
    sink.report(Diagnostic(place: setting.place, path: setting.path, message: message, found: found, remedy: remedy))
    return nil
  }
}
