import Foundation
import Testing

@testable import Server

/// Every operation, member and error of AWS's models, with where it is handled.
@Suite struct `The API model` {
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Operations that are not there yet: docs/serve.md says so, and a clear error does.
  private static let notThere: Set<String> = []

  /// Members that are read nowhere, and why.
  private static let unread = [
    "StreamId": "AWS: not implemented, reserved for future use",
    "EventStream": "the body of the answer is the stream: EventStream.swift",
    "ChannelStatusReason": "nothing fails by itself", "S3TablesConfigurationList": "refused with its parent",
    "TableBucketARN": "refused with its parent", "Namespace": "refused with its parent",
    "TableName": "refused with its parent", "PartitionSpec": "refused with its parent",
    "PartitionFields": "refused with its parent", "Transform": "refused with its parent",
    "SourceName": "refused with its parent",
  ]

  /// Errors, and where they come from.
  private static let errors = [
    "ResourceNotFoundException": "KinesisCore, KinesisService+Naming", "ResourceInUseException": "KinesisCore",
    "LimitExceededException": "KinesisCore", "InvalidArgumentException": "KinesisCore, Engine",
    "ValidationException": "ConstraintCheck, KinesisCore", "ExpiredNextTokenException": "KinesisService+Naming",
    "ProvisionedThroughputExceededException": "KinesisCore", "ExpiredIteratorException": "KinesisCore",
    "ThrottlingException": "KinesisCore", "DryRunOperationException": "KinesisCore",
    "InternalFailureException": "never: nothing in the service fails by itself",
    "AccessDeniedException": "never yet: nobody has to show who they are",
    "KMSDisabledException": "never: there is no KMS", "KMSInvalidStateException": "never: there is no KMS",
    "KMSAccessDeniedException": "never: there is no KMS", "KMSNotFoundException": "never: there is no KMS",
    "KMSOptInRequired": "never: there is no KMS", "KMSThrottlingException": "never: there is no KMS",
  ]

  /// Those that Firehose alone has.
  private static let errorsOfFirehose = [
    "ServiceUnavailableException": "KinesisCore", "ConcurrentModificationException": "KinesisService+Firehose",
    "InvalidKMSResourceException": "never: there is no KMS",
    "InvalidSourceException": "KinesisService+Deliveries",
  ]

  private var done: Set<String> { Set(KinesisService.actions.keys).union(KinesisService.others) }

  @Test("has 57 operations of Kinesis and 12 of Firehose, each done or named as not there")
  func operations() throws {
    #expect(ServiceModel.kinesis.operations.count == 57 && ServiceModel.firehose.operations.count == 12)
    #expect(done.union(Self.notThere) == Set(ServiceModel.kinesis.operations.keys))
    #expect(done.isDisjoint(with: Self.notThere))
    #expect(Self.deliveryOperations == Set(ServiceModel.firehose.operations.keys))
    let page = try String(contentsOf: Self.package.appendingPathComponent("docs/serve.md"), encoding: .utf8)
    for name in Self.notThere { #expect(page.contains("`\(name)`"), "docs/serve.md does not name \(name)") }
  }

  private static var deliveryOperations: Set<String> {
    Set(KinesisService.deliveryActions.keys).union(["PutRecord", "PutRecordBatch"])
  }

  /// Members of Firehose's that nothing is made of, and why; destinations are told in a test of their own.
  private static let unreadOfFirehose = [
    "MSKSourceConfiguration": "refused", "MSKSourceDescription": "refused", "DatabaseSourceConfiguration": "refused",
    "DatabaseSourceDescription": "refused", "FailureDescription": "nothing fails by itself",
  ]

  @Test("has no member of Firehose's that the engine does not spell, but those of destinations")
  func deliveryMembers() throws {
    let spelt = try Self.spelt(in: ["Engine", "Deliver"]), model = ServiceModel.firehose
    for operation in model.operations.values {
      for shape in [operation.input, operation.output].compactMap({ $0 }) {
        let members = Self.members(of: shape, in: model) {
          $0.contains("Destination") && $0 != "DestinationDescriptionList" || Self.unreadOfFirehose[$0] != nil
        }
        let missing = members.subtracting(spelt).filter { name in
          Self.unreadOfFirehose[name] == nil
            && !DestinationKind.allCases.contains { [$0.configuration, $0.update, $0.description].contains(name) }
        }
        #expect(missing == [], "\(operation.name)")
      }
    }
  }

  @Test(
    "has every member of a destination told as it was given, and none that the description lacks",
    arguments: DestinationKind.allCases)
  func destinations(_ kind: DestinationKind) throws {
    let model = ServiceModel.firehose
    let settings = Self.sample(of: kind.configuration, in: model)
    let told = DestinationNote(kind, WireInput(settings)).description(hints: .hints(size: 1, interval: 2))
    let described = try #require(told[kind.description])
    #expect(Self.differences(settings, described, as: kind.description, in: model) == [])
    let text = String(decoding: CasePlayer.json(told), as: UTF8.self)
    for secret in ["Password", "AccessKey", "PrivateKey", "KeyPassphrase"] { #expect(!text.contains("\"\(secret)\"")) }
    // An update with everything changes everything that an update can, and nothing when it says the same.
    let update = WireInput(.object([WireMember(kind.update, Self.sample(of: kind.update, in: model))]))
    let note = DestinationNote(kind, WireInput(settings)), changed = try #require(DestinationNote(update, \.update))
    let after = note.updated(by: changed).description(hints: .hints(size: 1, interval: 2))
    #expect(try Self.differences(settings, #require(after[kind.description]), as: kind.description, in: model) == [])
  }

  /// A value with every member of its shape.
  private static func sample(of name: String, in model: ServiceModel) -> WireValue {
    let shape = model.shape(name)
    switch shape.kind {
    case .structure: return .object(shape.members.map { WireMember($0.name, sample(of: $0.shape, in: model)) })
    case .list: return .list([sample(of: shape.element ?? "", in: model)])
    case .map: return .object([WireMember("key", sample(of: shape.element ?? "", in: model))])
    case .string, .blob, .timestamp: return .text(shape.values.first ?? "sample of \(name)")
    case .integer, .long: return .integer(shape.min ?? 1)
    case .double: return .number(0.5)
    case .boolean: return .bool(true)
    }
  }

  /// Where a description does not say what a configuration did, by the description's shape.
  private static func differences(
    _ given: WireValue, _ told: WireValue, as name: String, in model: ServiceModel
  ) -> [String] {
    let shape = model.shape(name)
    guard shape.kind == .structure else { return given == told || shape.kind == .list ? [] : [name] }
    let former = [
      "S3DestinationDescription": "S3Configuration", "S3BackupDescription": "S3BackupConfiguration",
      "VpcConfigurationDescription": "VpcConfiguration",
    ]
    return shape.members.flatMap { member -> [String] in
      guard let before = given[former[member.name] ?? member.name] else { return [] }
      guard let after = told[member.name] else { return ["\(name).\(member.name) is missing"] }
      return differences(before, after, as: member.shape, in: model)
    }
  }

  /// Names in quotes in the sources of rooms.
  private static func spelt(in rooms: [String]) throws -> Set<String> {
    let text = try rooms.flatMap { room in
      let folder = package.appendingPathComponent("Sources/Server/\(room)")
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
        .map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }
    }.joined()
    return Set(text.matches(of: /"([A-Z][A-Za-z0-9]+)"/).map { String($0.1) })
  }

  @Test("has no member that the engine does not spell: what is asked for is read, what is answered is written")
  func members() throws {
    let spelt = try Self.spelt(in: ["Engine"])
    let model = ServiceModel.kinesis
    for operation in done.compactMap({ model.operations[$0] }) {
      for shape in [operation.input, operation.output].compactMap({ $0 }) {
        let missing = Self.members(of: shape, in: model).subtracting(spelt).subtracting(Self.unread.keys).filter {
          // The error members of an event stream are errors.
          Self.errors[$0] == nil
        }
        #expect(missing == [], "\(operation.name)")
      }
    }
  }

  /// The members of a shape, and of those in it.
  private static func members(
    of shape: String, in model: ServiceModel, but isLeftOut: (String) -> Bool = { _ in false }
  ) -> Set<String> {
    var found: Set<String> = [], seen: Set<String> = [], open = [shape]
    while let next = open.popLast() {
      guard seen.insert(next).inserted, errors[next] == nil, next == shape || !isLeftOut(next) else { continue }
      for member in model.members(of: next) {
        found.insert(member.name)
        open.append(member.shape)
      }
      if let element = model.element(of: next) { open.append(element) }
    }
    return found
  }

  @Test("has no error without a place that it comes from") func declaredErrors() {
    let declared = Set(done.flatMap { ServiceModel.kinesis.operations[$0]?.errors ?? [] })
    #expect(declared == Set(Self.errors.keys))
    let ofFirehose = Set(ServiceModel.firehose.operations.values.flatMap(\.errors))
    #expect(ofFirehose.subtracting(Self.errors.keys) == Set(Self.errorsOfFirehose.keys))
  }

  @Test(
    "is that of botocore 1.44.8",
    .enabled("THE API MODELS WERE NOT HELD AGAINST botocore's: python3 with venv, or PyPI, is not there") {
      python != nil
    })
  func generated() throws {
    let python = try #require(Self.python)
    defer { try? FileManager.default.removeItem(at: python.folder) }
    let script = Self.package.appendingPathComponent("docs/serve/models.py").path
    #expect(try Self.run(python.path, [script, "--check"]) == 0, "\(python.path) \(script) --check")
  }

  /// Python with that botocore, in a directory of its own; nil where it cannot be had.
  private static let python: (folder: URL, path: String)? = {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-models-\(UUID().uuidString)")
    let install = "'\(folder.path)/bin/pip' install -q --no-compile --disable-pip-version-check botocore==1.44.8"
    guard (try? run("/bin/sh", ["-c", "python3 -m venv '\(folder.path)' && \(install)"])) == 0 else {
      try? FileManager.default.removeItem(at: folder)
      return nil
    }
    return (folder, folder.appendingPathComponent("bin/python").path)
  }()

  private static func run(_ path: String, _ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = FileHandle.standardError
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
