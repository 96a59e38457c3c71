internal import Foundation

/// An API model: what can be asked of a service and what it answers, as botocore 1.44.8 has it.
///
/// Made by docs/serve/models.py; a test holds the two together.
public struct ServiceModel: Sendable {
  /// An operation.
  public struct Operation: Sendable {
    /// Its name.
    public let name: String
    /// The shapes of its request and its answer; nil where it has none.
    public let input: String?, output: String?
    /// The errors that it declares.
    public let errors: [String]
  }

  /// The service's name in the model.
  public let name: String
  /// What stands before the operation in the X-Amz-Target header.
  public let target: String
  /// By name.
  public let operations: [String: Operation]
  private let shapes: [String: Shape]

  /// Amazon Kinesis Data Streams: 57 operations.
  public static let kinesis = ServiceModel(PackageResources.kinesis_json)
  /// Amazon Data Firehose: 12 operations.
  public static let firehose = ServiceModel(PackageResources.firehose_json)

  /// Amazon CloudWatch: 2 operations.
  public static let cloudWatch = ServiceModel(PackageResources.cloudwatch_json)

  private init(_ bytes: [UInt8]) {
    guard let model = JSONReader.read(bytes) else { preconditionFailure("an API model that is no JSON") }
    let input = WireInput(model)
    name = input.text("service") ?? ""
    target = input.text("target") ?? ""
    operations = Dictionary(
      uniqueKeysWithValues: model["operations"].members.map { member in
        let source = WireInput(member.value)
        return (
          member.name,
          Operation(
            name: member.name, input: source.text("input"), output: source.text("output"),
            errors: source.texts("errors"))
        )
      })
    shapes = Dictionary(
      uniqueKeysWithValues: model["shapes"].members.map { ($0.name, Shape($0.name, $0.value)) })
  }

  /// A shape by its name, which must be one of the model's.
  func shape(_ name: String) -> Shape {
    guard let shape = shapes[name] else { preconditionFailure("no shape \(name) in the model") }
    return shape
  }

  /// The members of a structure and its shapes, in the model's order.
  public func members(of shape: String) -> [(name: String, shape: String)] { self.shape(shape).members }

  /// The elements of a list or a map; nil for anything else.
  public func element(of shape: String) -> String? { self.shape(shape).element }
}

/// A shape of a model: a type with its constraints.
struct Shape: Sendable {
  enum Kind: String, Sendable {
    case structure, list, map, string, blob, integer, long, double, boolean, timestamp
  }

  let name: String
  let kind: Kind
  /// Of a structure, in the model's order.
  let members: [(name: String, shape: String)]
  let required: Set<String>
  /// Of a list its elements; of a map its values, and its keys.
  let element: String?, key: String?
  let min: Int64?, max: Int64?
  let pattern: Pattern?
  /// Empty for none.
  let values: [String]

  /// Endpoints that may be on this machine, without TLS: a deviation that docs/serve.md names.
  private static let endpoints: Set<String> = [
    "HttpEndpointUrl", "AmazonopensearchserviceClusterEndpoint", "AmazonOpenSearchServerlessCollectionEndpoint",
    "ElasticsearchClusterEndpoint",
  ]

  init(_ name: String, _ source: WireValue) {
    let input = WireInput(source)
    self.name = name
    kind = Kind(rawValue: input.text("type") ?? "") ?? .structure
    if case .list(let pairs) = source["members"] {
      members = pairs.compactMap { pair in
        guard case .list(let names) = pair, case .text(let name)? = names.first, case .text(let shape)? = names.last
        else { return nil }
        return (name: name, shape: shape)
      }
    } else {
      members = []
    }
    required = Set(input.texts("required"))
    element = input.text("member") ?? input.text("value")
    key = input.text("key")
    (min, max) = (input.integer("min"), input.integer("max"))
    pattern = Self.endpoints.contains(name) ? Pattern("https?://.*") : input.text("pattern").map(Pattern.init)
    values = input.texts("enum")
  }
}

/// A regular expression as AWS's models have it: all of a text has to match.
struct Pattern: Sendable {
  let text: String
  private let expression: NSRegularExpression?

  init(_ text: String) {
    self.text = text
    expression = try? NSRegularExpression(pattern: "\\A(?:\(text))\\z")
  }

  func matches(_ text: String) -> Bool {
    guard let expression else { return true }
    let range = NSRange(location: 0, length: text.utf16.count)
    return expression.firstMatch(in: text, range: range) != nil
  }
}

extension WireValue? {
  fileprivate var members: [WireMember] {
    guard case .object(let members)? = self else { return [] }
    return members
  }
}
