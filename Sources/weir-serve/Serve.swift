internal import ArgumentParser
internal import Foundation
internal import KinesisCore
internal import Logging
internal import Server
internal import Units

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "A Kinesis endpoint for real AWS clients, deciding with the rules that simulations run.",
    discussion: """
      EXAMPLE
        weir serve &
        aws --endpoint-url http://127.0.0.1:4567 kinesis create-stream --stream-name clicks --shard-count 2

      Prints one line with its address when it is ready. docs/serve.md says what it does and what it does not yet.
      """)

  @Option(help: "The address to listen at. Other than loopback only with --credentials or --insecure.")
  var host = "127.0.0.1"

  @Option(help: "The port; 0 for any that is free.")
  var port = 4_567

  @Flag(help: "Listens at an address that others can reach, though nobody has to show who they are.")
  var insecure = false

  @Option(
    help: """
      A file of keys in the form of the AWS CLI's credentials. With it, signatures are checked (SigV4), and who has no key is \
      refused.
      """)
  var credentials: String?

  @Option(help: "The region it plays.")
  var region = "us-east-1"

  @Option(help: "The account it plays: twelve digits.")
  var account = "000000000000"

  @Option(help: "real, or virtual: time stands until POST /_weir/clock/advance moves it.")
  var clock = ClockKind.real

  @Option(help: "When a virtual clock begins, in whole seconds since 1970.")
  var clockStart: Int64 = 1_767_571_200

  @Option(help: "How long CREATING, UPDATING, DELETING and each step of a reshard take: 0s, 2s, 1m.")
  var stateDelay: String?

  @Flag(help: "Turns all limits of throughput, calls and quotas off.")
  var noLimits = false

  @Option(help: "Turns a kind of limits off; can be repeated.")
  var noLimit: [LimitSwitch] = []

  @Option(help: "A directory in which streams and records outlive the process. Without one, everything is in memory.")
  var data: String?

  @Option(help: "A new file for every call and a check sum of every answer, for `weir replay`.")
  var journal: String?

  @OptionGroup var deliveries: DeliveryOptions

  @OptionGroup var security: TLSOptions

  enum ClockKind: String, CaseIterable, ExpressibleByArgument {
    case real, virtual
  }

  func validate() throws {
    guard account.utf8.count == 12, account.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw ValidationError("--account: expected twelve digits, found \"\(account)\"")
    }
    guard !region.isEmpty, region.utf8.allSatisfy({ $0 != UInt8(ascii: ":") && $0 > 0x20 && $0 < 0x7f }) else {
      throw ValidationError("--region: expected a region such as us-east-1, found \"\(region)\"")
    }
    guard insecure || credentials != nil || Self.loopback.contains(host) else {
      throw ValidationError(
        "--host \(host): others can reach it, and nobody has to show who they are. Give --credentials FILE, or say --insecure if that is meant."
      )
    }
    guard (0...65_535).contains(port) else { throw ValidationError("--port: expected 0 to 65535, found \(port)") }
    guard clockStart >= 0, clockStart < 1 << 32 else {
      throw ValidationError("--clock-start: expected seconds since 1970, found \(clockStart)")
    }
    if let stateDelay { _ = try Self.seconds(stateDelay) }
  }

  private static let loopback: Set<String> = ["127.0.0.1", "::1", "localhost"]

  /// Whole seconds: limits are counted in those.
  private static func seconds(_ text: String) throws -> Int64 {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), (0...86_400).contains(count)
    else { throw ValidationError("--state-delay: expected whole seconds such as 0s or 2s, found \"\(text)\"") }
    return count * unit
  }

  private func limits() throws -> LimitsProfile {
    var limits = LimitsProfile.current
    if let stateDelay { StateDelay.set(try Self.seconds(stateDelay), in: &limits) }
    for limit in noLimits ? LimitSwitch.allCases : noLimit { limit.turnOff(in: &limits) }
    return limits
  }

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    let log = Logger(label: "weir-serve")
    let limits = try limits()
    let engine: Engine
    var journal: CallJournal?
    let gate: SignatureGate?
    do {
      gate = try credentials.map { path throws(Credentials.Damage) in
        SignatureGate(try Credentials(path: path), region: region) { Clock.now }
      }
      engine = try self.engine(limits, try deliveries.courier(region: region, log), &journal)
    } catch {
      log.error("\(error)")
      throw ExitCode(1)
    }
    await engine.start()
    let frontend = Frontend(engine, reader: RequestReader(limits), gate: gate)
    let server: HTTPServer
    var made: SelfSigned?
    do {
      let tls = try security.context(host: host, data: data)
      made = tls?.made
      if let made { log.info("a certificate for those who ask to trust", metadata: ["file": "\(made.certificate)"]) }
      server = try await HTTPServer.start(frontend, host: host, port: port, tls: tls?.context, patience: .init())
    } catch {
      made?.remove()
      log.error("cannot listen", metadata: ["host": "\(host)", "port": "\(port)", "reason": "\(error)"])
      throw ExitCode(1)
    }
    let signals = await Signals.watch()
    try Self.announce(server)
    let signal = await signals.first()
    log.info("stopping", metadata: ["signal": "\(signal)"])
    await engine.stop()
    if let failure = journal?.close() { log.error("the journal is not whole: \(failure)") }
    made?.remove()
    try await server.stop()
  }

  /// An engine on the clock that was asked for: new, or what the data directory holds.
  private func engine(
    _ limits: LimitsProfile, _ courier: Courier, _ journal: inout CallJournal?
  ) throws(DataDirectoryError) -> Engine {
    let place = Place(account: account, region: region), isVirtual = clock == .virtual
    let now = isVirtual ? Instant(seconds: clockStart) : Clock.now
    let terms = DataDirectory.Terms(place, limits, isVirtual: isVirtual)
    guard let data else {
      if let path = self.journal { journal = try CallJournal(path, terms, start: now) }
      let service = KinesisService(place, limits: limits, at: now)
      return Engine(service, clock: isVirtual ? .virtual(now) : .real(from: now), courier: courier, journal: journal)
    }
    let (directory, contents) = try DataDirectory.open(data, terms, now: now)
    if let path = self.journal {
      guard contents.isEmpty else {
        throw DataDirectoryError("\(data): has calls that a journal would lack. Take a new directory with --journal.")
      }
      journal = try CallJournal(path, terms, start: contents.start)
    }
    return Engine(terms, contents, log: CallLog(directory), courier: courier, journal: journal) { last in
      isVirtual ? .virtual(last) : .real(from: max(last, Clock.now))
    }
  }

  /// The one line of stdout.
  private static func announce(_ server: HTTPServer) throws {
    try FileHandle.standardOutput.write(contentsOf: Data("weir serve listens at \(server.url)\n".utf8))
  }
}
