import Foundation
import Synchronization

/// The weir binary as a process.
struct Tool: Sendable {
  /// What a process left behind.
  struct Outcome: CustomStringConvertible {
    var command: String
    var status: Int32
    /// Whether a signal ended it.
    var isCrash: Bool
    var stdout: String
    /// What was said on stderr, but how far the work had come: that depends on how busy the machine is.
    var stderr: String { said.filter { !Self.isProgress($0) }.joined(separator: "\n") }
    /// All lines of stderr, an empty one behind the last.
    var said: [String]

    private static func isProgress(_ line: String) -> Bool {
      line.hasPrefix("weir: at this pace it takes about ") || line.hasPrefix("weir: ") && line.contains(" %, ")
    }

    /// What a failed expectation should show: how to see it again, and what was seen.
    var description: String { "`\(command)` ended with \(status)\n\(stderr.prefix(2_000))" }

    /// stdout as a JSON object.
    var json: [String: Any]? {
      (try? JSONSerialization.jsonObject(with: Data(stdout.utf8))).flatMap { $0 as? [String: Any] }
    }
  }

  /// The binary that was built with these tests: it lies beside the test bundle.
  static let built = Tool(
    path: URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("weir").path)

  /// The same, when it was built with optimisation, as `make test` does; what takes too long without is not run then.
  static let release = built.path.contains("/release/") ? built : nil

  /// Another build of the same sources, when WEIR_OTHER names one, such as a debug build: it must write the same bytes.
  static let other = ProcessInfo.processInfo.environment["WEIR_OTHER"].map { Tool(path: $0) }

  /// The package's directory, from which examples are meant to be run.
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// What a process may take before the system ends it. Processor time, not time: the machine may be busy.
  struct Bounds {
    var processorSeconds: Int
    var addressSpaceKiB: Int

    /// For what is refused before it begins.
    static let tight = Bounds(processorSeconds: 10, addressSpaceKiB: 768 << 10)
  }

  let path: String

  /// Runs it to its end, as soon as there is a processor for it.
  func run(
    _ arguments: [String], in directory: URL = Tool.package, environment: [String: String] = [:],
    bounds: Tool.Bounds? = nil
  ) async throws -> Outcome {
    await Turns.shared.take()
    do {
      let job = try Job(self, arguments, in: directory, environment: environment, bounds: bounds)
      let outcome = await job.outcome()
      await Turns.shared.giveBack()
      return outcome
    } catch {
      await Turns.shared.giveBack()
      throw error
    }
  }

  /// Runs a line of shell in which `weir` is this binary.
  func shell(
    _ line: String, in directory: URL, with shell: Tool = Tool(path: "/bin/sh")
  ) async throws -> Outcome {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let old = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return try await shell.run(["-c", line], in: directory, environment: ["PATH": "\(folder):\(old)"])
  }
}

/// As many processes at once as there are processors: tests begin all together, and each would wait behind all others.
private actor Turns {
  static let shared = Turns()
  private var free = max(2, ProcessInfo.processInfo.activeProcessorCount)
  private var waiting: ArraySlice<CheckedContinuation<Void, Never>> = []

  func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func giveBack() {
    if let next = waiting.popFirst() { next.resume() } else { free += 1 }
  }
}

/// A process under way. What it prints goes to files, so that no pipe can fill up.
final class Job: @unchecked Sendable {
  let process = Process()
  private let folder: Folder
  private let command: String
  private let ended: AsyncStream<Void>

  /// After so many seconds a process is one that hangs, on however busy a machine.
  static let patience = 1_800.0

  /// Starts it; `errors` is where its stderr goes instead of a file.
  init(
    _ tool: Tool, _ arguments: [String], in directory: URL, environment: [String: String] = [:],
    bounds: Tool.Bounds? = nil, errors: FileHandle? = nil
  ) throws {
    folder = try Folder()
    let settings = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value) " }.joined()
    command = settings + ([tool.path] + arguments).joined(separator: " ")
    let limited = bounds.map { bounds in
      let limits = "ulimit -v \(bounds.addressSpaceKiB); ulimit -t \(bounds.processorSeconds)"
      return ["-c", limits + #"; exec "$0" "$@""#, tool.path] + arguments
    }
    process.executableURL = URL(fileURLWithPath: limited == nil ? tool.path : "/bin/sh")
    process.arguments = limited ?? arguments
    process.currentDirectoryURL = directory
    // Pictures take a renderer a second: those tests that look at them name it.
    process.environment = ProcessInfo.processInfo.environment.merging(["WEIR_PICTURES": ""]) { $1 }
      .merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try folder.handle("stdout")
    process.standardError = try errors ?? folder.handle("stderr")
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    self.ended = ended
    process.terminationHandler = { _ in end.finish() }
    try process.run()
  }

  /// What it has printed so far.
  var stdout: String { String(decoding: (try? Data(contentsOf: folder.file("stdout"))) ?? Data(), as: UTF8.self) }

  /// What it left, once it has ended; one that hangs is killed.
  func outcome() async -> Tool.Outcome {
    let watch = Task { [number = process.processIdentifier] in
      try await Task.sleep(for: .seconds(Self.patience))
      kill(number, SIGKILL)
    }
    for await _ in ended {}
    watch.cancel()
    process.waitUntilExit()
    let read = { name in String(decoding: (try? Data(contentsOf: self.folder.file(name))) ?? Data(), as: UTF8.self) }
    return Tool.Outcome(
      command: command, status: process.terminationStatus, isCrash: process.terminationReason == .uncaughtSignal,
      stdout: read("stdout"), said: read("stderr").components(separatedBy: "\n"))
  }
}

/// A terminal that somebody watches: what is written to it is read all the time, so that no writer ever waits.
final class Terminal: Sendable {
  /// The end a process writes to.
  let end: FileHandle
  private let master: FileHandle
  private let seen = Mutex(Data())

  init() throws {
    var (master, end) = (Int32(-1), Int32(-1))
    guard openpty(&master, &end, nil, nil, nil) == 0 else { throw POSIXError(.ENXIO) }
    self.master = FileHandle(fileDescriptor: master, closeOnDealloc: true)
    self.end = FileHandle(fileDescriptor: end, closeOnDealloc: true)
    self.master.readabilityHandler = { [weak self] handle in
      let bytes = handle.availableData
      self?.seen.withLock { $0.append(bytes) }
    }
  }

  deinit { master.readabilityHandler = nil }

  /// What has been shown; waits until it ends with `suffix`.
  func shown(until suffix: String) async throws -> String {
    let deadline = Date() + Job.patience
    while true {
      let text = String(decoding: seen.withLock { $0 }, as: UTF8.self)
      if text.hasSuffix(suffix) || Date() > deadline { return text }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}

/// A directory that is removed at the end of a test.
final class Folder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// A file of it.
  func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// Writes a file.
  func write(_ name: String, _ contents: some Sequence<UInt8>) throws { try Data(contents).write(to: file(name)) }

  /// Writes a text.
  func write(_ name: String, _ text: String) throws { try write(name, text.utf8) }

  /// A new empty file, open for writing.
  func handle(_ name: String) throws -> FileHandle {
    try write(name, "")
    return try FileHandle(forWritingTo: file(name))
  }

  /// The files of a directory of it, by name.
  func contents(_ name: String) throws -> [String: Data] { try Folder.contents(of: file(name)) }

  /// The files of a directory and of those in it, by their paths from it.
  static func contents(of directory: URL) throws -> [String: Data] {
    var isDirectory: ObjCBool = false
    let files = try FileManager.default.subpathsOfDirectory(atPath: directory.path).filter {
      let path = directory.appendingPathComponent($0).path
      return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
    }
    return try Dictionary(
      uniqueKeysWithValues: files.map { ($0, try Data(contentsOf: directory.appendingPathComponent($0))) })
  }
}
