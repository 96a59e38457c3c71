import Foundation
import KinesisCore
import Testing
import Units

/// `weir serve` as a process, on a port of its own.
private final class Server {
  let url: String
  private let job: Job
  private let folder: Folder

  init(_ options: [String], environment: [String: String] = [:]) async throws {
    folder = try Folder()
    let log = try folder.handle("stderr")
    job = try Job(
      Tool.built, ["serve", "--port", "0"] + options, in: folder.url, environment: environment, errors: log)
    var line = ""
    while !line.hasSuffix("\n") {
      try await Task.sleep(for: .milliseconds(20))
      guard job.process.isRunning else { break }
      line = job.stdout
    }
    url = String(line.dropFirst("weir serve listens at ".count).dropLast())
  }

  /// Asks it to end, and waits until it has.
  func stop() async -> Tool.Outcome {
    job.process.terminate()
    return await job.outcome()
  }
}

@Suite(
  .serialized,
  .enabled("NO AWS CLIENT WAS RUN AGAINST weir serve: python3 with venv, or PyPI, is not there") {
    await Clients.areThere()
  })
struct `Real clients of weir serve` {
  @Test("find a stream, fan-out and queues as AWS has them", arguments: ["streams.py", "fanout.py", "queues.py"])
  func boto3(_ script: String) async throws {
    guard let clients = await Clients.ready() else { return }
    let server = try await Server(["--state-delay", "1s"])
    let outcome = try await clients.run(script, [server.url])
    #expect(outcome.status == 0 && outcome.stdout.hasSuffix("done\n"), "\(outcome)")
    #expect(await server.stop().status == 0)
  }

  @Test("of the command line go through AWS's tutorial") func cli() async throws {
    guard let clients = await Clients.ready() else { return }
    let server = try await Server(["--state-delay", "0s"])
    let outcome = try await clients.run("cli.sh", [server.url, clients.bin])
    #expect(outcome.status == 0 && outcome.stdout.hasSuffix("done\n"), "\(outcome)\(outcome.stdout)")
    #expect(await server.stop().status == 0)
  }

  /// Runs a script that starts servers of its own, on files of these names in a folder of its own.
  private func playAlone(_ script: String, _ files: String...) async throws {
    guard let clients = await Clients.ready() else { return }
    let folder = try Folder()
    let outcome = try await clients.run(script, [Tool.built.path] + files.map { folder.file($0).path })
    #expect(outcome.status == 0 && outcome.stdout.hasSuffix("done\n"), "\(outcome)\(outcome.stdout)")
  }

  @Test("find all that was acknowledged, once and in order, behind kill -9 and behind a full disk")
  func crash() async throws {
    try await playAlone("crash.py", "data")
  }

  @Test("have records delivered to S3 and to HTTP endpoints, signed, each once behind kill -9") func firehose()
    async throws
  {
    try await playAlone("firehose.py", "data")
  }

  @Test("have channels deliver to S3, signed and in every compression, each record once behind kill -9") func channels()
    async throws
  {
    try await playAlone("channels.py", "data")
  }

  @Test("read objects that are compressed in every way, by Python's zipfile and gzip and by snappy's libraries")
  func compression() async throws {
    guard let clients = await Clients.ready() else { return }
    let folder = try Folder(), lake = folder.file("lake").path
    let server = try await Server(["--clock", "virtual", "--deliver", lake, "--no-limits"])
    let outcome = try await clients.run("compression.py", [server.url, lake])
    #expect(outcome.status == 0 && outcome.stdout.hasSuffix("done\n"), "\(outcome)\(outcome.stdout)")
    #expect(await server.stop().status == 0)
  }

  @Test("have records go through functions, aggregates and partitions on their way, each once behind kill -9")
  func processors() async throws {
    try await playAlone("processors.py", "data", "lake")
  }

  @Test("speak TLS on the port of cleartext, HTTP/1.1 and HTTP/2 as they ask, and trust the certificate that was made")
  func security() async throws {
    guard let clients = await Clients.ready() else { return }
    let folder = try Folder(), data = folder.file("data").path
    var kept: [Data] = []
    for _ in 0..<2 {
      // The second start has the first one's certificate.
      let server = try await Server(["--state-delay", "0s", "--tls", "--data", data])
      let certificate = data + "/tls/certificate.pem"
      let outcome = try await clients.run("tls.py", [server.url, certificate])
      #expect(outcome.status == 0 && outcome.stdout.hasSuffix("done\n"), "\(outcome)\(outcome.stdout)")
      #expect(await server.stop().status == 0)
      kept.append(try Data(contentsOf: URL(fileURLWithPath: certificate)))
    }
    #expect(kept[0] == kept[1])
    let given = ["--tls-certificate", data + "/tls/certificate.pem", "--tls-key", data + "/tls/key.pem"]
    let server = try await Server(given)
    #expect(server.url.hasPrefix("https://"))
    #expect(await server.stop().status == 0)
  }

  @Test("are answered over HTTP what the conformance cases say") func cases() async throws {
    guard let clients = await Clients.ready() else { return }
    let cases = Tool.package.appendingPathComponent("Tests/ServerTests/Cases").path
    let outcome = try await clients.run("cases.py", [Tool.built.path, cases])
    #expect(outcome.status == 0 && outcome.stdout.hasSuffix("done\n"), "\(outcome)\(outcome.stdout)")
  }

  @Test("have documents and events delivered to OpenSearch and Splunk, and kept what these refuse") func destinations()
    async throws
  {
    guard let clients = await Clients.ready() else { return }
    let folder = try Folder()
    let outcome = try await clients.run("destinations.py", [Tool.built.path, folder.file("lake").path])
    #expect(outcome.status == 0 && outcome.stdout.hasSuffix("done\n"), "\(outcome)\(outcome.stdout)")
  }

  @Test("read of CloudWatch what they put, and `weir trace` takes it, and a journal's trace as well") func loop()
    async throws
  {
    guard let clients = await Clients.ready() else { return }
    let folder = try Folder(), journal = folder.file("calls.journal").path
    let server = try await Server(["--clock", "virtual", "--journal", journal])
    let outcome = try await clients.run("cloudwatch.py", [server.url, Tool.built.path, clients.bin, folder.url.path])
    #expect(outcome.status == 0 && outcome.stdout.hasSuffix("done\n"), "\(outcome)\(outcome.stdout)")
    #expect(await server.stop().status == 0)
    let csv = folder.file("orders.csv").path
    let replay = try await Tool.built.run(["replay", journal, "--trace", csv])
    #expect(replay.status == 0 && replay.stdout.contains(" 0 differ"), "\(replay)\(replay.stdout)")
    let trace = try await Tool.built.run(["trace", csv, "--shards", "2"])
    #expect(trace.status == 0 && trace.stdout.contains("150"), "\(trace)\(trace.stdout)")
  }

  @Test(
    "on the virtual clock get for each record the verdict, shard and sequence number that the simulator's core gives")
  func verdicts() async throws {
    guard let clients = await Clients.ready() else { return }
    let folder = try Folder(), sequence = CallSequence(seed: 20_261_128)
    try folder.write("calls.json", sequence.json)
    let server = try await Server(["--clock", "virtual"])
    let outcome = try await clients.run("verdicts.py", [server.url, folder.file("calls.json").path])
    #expect(outcome.status == 0, "\(outcome)")
    let wanted = sequence.verdicts()
    #expect(wanted.contains("ProvisionedThroughputExceededException") && wanted.count > 2_000)
    #expect(outcome.stdout.split(separator: "\n").map(String.init) == wanted, "seed \(sequence.seed)")
    #expect(await server.stop().status == 0)
  }
}

/// Calls of PutRecords at instants, drawn from a seed: hot keys, sizes that throttle, pauses.
private struct CallSequence {
  static let shards = 4
  static let start = Instant(seconds: 1_767_571_200)
  let seed: UInt64
  let calls: [(advance: Int64, records: [(key: String, size: Int)])]

  init(seed: UInt64) {
    self.seed = seed
    var state = seed
    func below(_ n: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % n)
    }
    calls = (0..<60).map { _ in
      let records = (0...below(120)).map { _ in
        (key: below(3) == 0 ? "hot" : "key-\(below(500))", size: below(8) == 0 ? below(60_000) : below(900))
      }
      return (advance: Int64(below(120_000_000)), records: records)
    }
  }

  var json: String {
    let rows = calls.map { call in
      let records = call.records.map { "[\"\($0.key)\",\($0.size)]" }.joined(separator: ",")
      return "{\"advance_ns\":\(call.advance),\"records\":[\(records)]}"
    }
    return "{\"shards\":\(Self.shards),\"create_ns\":10000000000,\"calls\":[\(rows.joined(separator: ","))]}"
  }

  /// What becomes of each record by the verb that `weir run` puts with, at the same instants.
  func verdicts() -> [String] {
    var account = Account(region: "us-east-1", at: Self.start), lines: [String] = []
    guard let id = try? account.createStream("clicks", shards: Self.shards, at: Self.start) else { return [] }
    var now = Self.start + .seconds(10)
    account.wake(at: now)
    for call in calls {
      now = now + Interval(nanoseconds: call.advance)
      account.wake(at: now)
      let keys = call.records.map { HashKey(partitionKey: $0.key) }
      var entries = call.records.enumerated().map { index, record in
        PutEntry(
          shard: -1, size: Int32(record.size + record.key.utf8.count), isFirst: true, slot: Int32(index), key: 0)
      }
      var tips = account[id].shards.map(\.log.tip)
      account.put(&entries, into: id, at: now) { entry, _ in keys[Int(entry.slot)] }
      for entry in entries {
        guard entry.limit == nil else {
          lines.append("ProvisionedThroughputExceededException")
          continue
        }
        let shard = account[id].shards[Int(entry.shard)]
        lines.append("\(shard.id) \(shard.sequenceNumber(at: tips[Int(entry.shard)], arrived: now))")
        tips[Int(entry.shard)] += 1
      }
    }
    return lines
  }
}

@Suite struct `weir serve` {
  @Test("ends in good order though connections were dropped, hang, or wait") func shutdown() async throws {
    let server = try await Server(["--state-delay", "0s"])
    let port = try #require(server.url.split(separator: ":").last)
    // A connection without a byte, one with half a preface, one with half a request, one that is gone.
    // What it was born with is closed first: the server's own pipes are among it, which end when nobody holds them.
    let line = """
      for fd in /proc/$$/fd/*; do fd=${fd##*/}; [ "$fd" -gt 2 ] && eval "exec $fd>&-"; done
      exec 3<>/dev/tcp/127.0.0.1/\(port) 4<>/dev/tcp/127.0.0.1/\(port) 5<>/dev/tcp/127.0.0.1/\(port) 6<>/dev/tcp/127.0.0.1/\(port)
      printf 'PRI * HT' >&4; printf 'POST / HTTP/1.1\\r\\nContent-Length: 5\\r\\n\\r\\nab' >&5; exec 6>&-; echo open; exec sleep 60
      """
    let holder = try Job(Tool(path: "/bin/bash"), ["-c", line], in: Tool.package)
    while !holder.stdout.hasSuffix("open\n") { try await Task.sleep(for: .milliseconds(20)) }
    let outcome = await server.stop()
    #expect(outcome.status == 0 && !outcome.isCrash, "\(outcome)")
    kill(holder.process.processIdentifier, SIGKILL)
    _ = await holder.outcome()
  }

  @Test(
    "listens to others only when that is said, and says what is wrong with its options",
    arguments: [
      ["--host", "0.0.0.0"], ["--account", "12"], ["--state-delay", "500ms"], ["--port", "70000"],
      ["--no-limit", "all"], ["--tls-key", "key.pem"], ["--tls", "--tls-certificate", "a.pem", "--tls-key", "b.pem"],
      ["--lambda-endpoint", "127.0.0.1:3001"],
    ])
  func usage(_ options: [String]) async throws {
    let outcome = try await Tool.built.run(["serve"] + options, bounds: nil)
    #expect(outcome.status == 64 && outcome.stderr.contains(options[0]), "\(outcome)")
  }

  @Test("is a product of its own: without weir-serve beside it, weir says how to build it") func missing() async throws
  {
    let folder = try Folder()
    try FileManager.default.copyItem(atPath: Tool.built.path, toPath: folder.file("weir").path)
    let outcome = try await Tool(path: folder.file("weir").path).run(["serve"], in: folder.url)
    #expect(outcome.status == 1 && outcome.stderr.contains("make serve"), "\(outcome)")
  }

  @Test("makes its certificate anew for another address, and when the one that is kept is about to end")
  func certificates() async throws {
    let folder = try Folder(), data = folder.file("data").path, tls = data + "/tls"
    let openssl = Tool(path: "/usr/bin/openssl"), file = tls + "/certificate.pem"
    func start(_ host: String) async throws -> Data {
      let server = try await Server(["--state-delay", "0s", "--tls", "--data", data, "--insecure", "--host", host])
      #expect(server.url.hasPrefix("https://"))
      #expect(await server.stop().status == 0)
      return try Data(contentsOf: URL(fileURLWithPath: file))
    }
    let first = try await start("127.0.0.1")
    #expect(try await start("localhost") == first, "both are among the usual names")
    let other = try await start("127.0.0.2")
    let text = try await openssl.run(["x509", "-in", file, "-noout", "-text"])
    #expect(other != first && text.stdout.contains("IP Address:127.0.0.2"), "\(text)\(text.stdout)")
    let old = try await openssl.run([
      "req", "-x509", "-config", tls + "/openssl.cnf", "-key", tls + "/key.pem", "-days", "20", "-out", file,
    ])
    #expect(old.status == 0, "\(old)")
    let ending = try Data(contentsOf: URL(fileURLWithPath: file))
    #expect(try await start("127.0.0.2") != ending)
  }

  @Test("leaves no key in the temporary directory, and no certificate once it has ended") func passing() async throws {
    let folder = try Folder(), temporary = folder.file("tmp").path
    try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
    let server = try await Server(["--state-delay", "0s", "--tls"], environment: ["TMPDIR": temporary])
    func files() -> [String] {
      (FileManager.default.enumerator(atPath: temporary)?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".pem") }
    }
    #expect(files().map { ($0 as NSString).lastPathComponent } == ["certificate.pem"])
    #expect(await server.stop().status == 0)
    #expect(files() == [])
  }

  @Test(
    "refuses a body above its bound before it has it, and speaks HTTP/2 on the same port",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl"), "NO curl: HTTP/2 WAS NOT SPOKEN"))
  func carriers() async throws {
    let server = try await Server(["--clock", "virtual"])
    let curl = Tool(path: "/usr/bin/curl")
    let target = ["-H", "X-Amz-Target: Kinesis_20131202.ListStreams", "-H", "Content-Type: application/x-amz-json-1.1"]
    for version in ["--http1.1", "--http2-prior-knowledge"] {
      let answer = try await curl.run(
        ["-sS", "-m", "30", version, "-w", " %{http_version} %{http_code}", "-d", "{}"] + target + [server.url])
      let wanted = version == "--http1.1" ? "1.1" : "2"
      #expect(
        answer.stdout.hasSuffix(" \(wanted) 200") && answer.stdout.contains("StreamNames"), "\(answer)\(answer.stdout)")
      let large = ["-H", "Content-Length: 99999999"]
      let refused = try await curl.run(
        ["-sS", "-m", "30", version, "-o", "/dev/null", "-w", "%{http_code}", "-d", "{}"] + large + target + [
          server.url
        ])
      // HTTP/2 ends the stream with the answer, and curl tells the one or the other.
      #expect(
        refused.stdout == (version == "--http1.1" ? "413" : "000") || refused.stdout == "413",
        "\(refused)\(refused.stdout)")
    }
    #expect(await server.stop().status == 0)
  }
}
