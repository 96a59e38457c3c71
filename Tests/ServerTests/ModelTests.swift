import Foundation
import Testing

@testable import Server

/// Every operation, member and error of AWS's models, with where it is handled.
@Suite struct `The API model` {
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Operations that are not there yet: docs/serve.md says so, and a clear error does.
  private static let notThere: Set<String> = [
    "CreateChannel", "UpdateChannel", "DeleteChannel", "DescribeChannel", "ListChannels",
  ]

  /// Members that are read nowhere, and why.
  private static let unread = [
    "StreamId": "AWS: not implemented, reserved for future use",
    "EventStream": "the body of the answer is the stream: EventStream.swift",
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

  private var done: Set<String> { Set(KinesisService.actions.keys).union(KinesisService.others) }

  @Test("has 57 operations of Kinesis and 12 of Firehose, each done or named as not there")
  func operations() throws {
    #expect(ServiceModel.kinesis.operations.count == 57 && ServiceModel.firehose.operations.count == 12)
    #expect(done.union(Self.notThere) == Set(ServiceModel.kinesis.operations.keys))
    #expect(done.isDisjoint(with: Self.notThere))
    let page = try String(contentsOf: Self.package.appendingPathComponent("docs/serve.md"), encoding: .utf8)
    for name in Self.notThere { #expect(page.contains("`\(name)`"), "docs/serve.md does not name \(name)") }
  }

  @Test("has no member that the engine does not spell: what is asked for is read, what is answered is written")
  func members() throws {
    let folder = Self.package.appendingPathComponent("Sources/Server/Engine")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
    let text = try files.map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }.joined()
    let spelt = Set(text.matches(of: /"([A-Z][A-Za-z0-9]+)"/).map { String($0.1) })
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
  private static func members(of shape: String, in model: ServiceModel) -> Set<String> {
    var found: Set<String> = [], seen: Set<String> = [], open = [shape]
    while let next = open.popLast() {
      guard seen.insert(next).inserted, errors[next] == nil else { continue }
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
