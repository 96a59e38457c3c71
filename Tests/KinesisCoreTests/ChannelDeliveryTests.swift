import KinesisCore
import Testing
import Units

@Suite struct `What a channel delivers` {
  private static let start = Instant(seconds: 1_000)

  private static func channel(retention: Interval = .hours(24)) -> ChannelDelivery {
    ChannelDelivery(freshness: .seconds(300), retention: retention, limits: .current, at: start)
  }

  private static func stored(_ records: Int64, misfits: Int64 = 0) -> ChannelDelivery.Input {
    .stored(.init(records: records, bytes: records * 10), misfits: misfits)
  }

  /// What it wants delivered, and what came to an end, by second.
  private static func text(_ effects: [ChannelDelivery.Effect]) -> [String] {
    effects.map { effect in
      switch effect {
      case .deliver(let attempt): "\(attempt.content) \(attempt.records) attempt \(attempt.number)"
      case .ended(let attempt, let isDelivered):
        "\(attempt.content) \(attempt.records) \(isDelivered ? "there" : "lost")"
      }
    }
  }

  private static func attempts(_ effects: [ChannelDelivery.Effect]) -> [ChannelDelivery.Attempt] {
    effects.compactMap { if case .deliver(let attempt) = $0 { attempt } else { nil } }
  }

  @Test("a flush is an object of records and one of dead letters, when the oldest has waited, and not before")
  func flush() {
    var channel = Self.channel(), effects: [ChannelDelivery.Effect] = []
    channel.step(Self.stored(5, misfits: 2), at: Self.start, into: &effects)
    channel.step(Self.stored(1), at: Self.start + .seconds(299), into: &effects)
    #expect(effects.isEmpty && channel.deadline == Self.start + .seconds(300))
    channel.step(Self.stored(4, misfits: 4), at: Self.start + .seconds(300), into: &effects)
    #expect(Self.text(effects) == ["records 4 attempt 1", "deadLetters 2 attempt 1"])
    effects = []
    channel.wake(at: Self.start + .seconds(600), into: &effects)
    #expect(Self.text(effects) == ["deadLetters 4 attempt 1"])
    #expect(channel.held == 10 && channel.deadline == nil)
  }

  @Test("what fails is tried again after 1, 2, 4 s and so on, 120 s at most; another answer to it changes nothing")
  func retries() {
    var channel = Self.channel(), effects: [ChannelDelivery.Effect] = []
    channel.step(Self.stored(3), at: Self.start, into: &effects)
    channel.wake(at: Self.start + .seconds(300), into: &effects)
    var now = Self.start + .seconds(300), waits: [Int64] = []
    for _ in 0..<9 {
      let attempt = Self.attempts(effects)[0]
      effects = []
      channel.step(.failed(attempt.id, jitter: 1_000), at: now, into: &effects)
      channel.step(.delivered(attempt.id), at: now, into: &effects)
      #expect(effects.isEmpty, "an attempt that has failed was delivered")
      let due = channel.deadline ?? .never
      waits.append((due - now).nanoseconds / 1_000_000_000)
      now = due
      channel.wake(at: now, into: &effects)
    }
    #expect(waits == [1, 2, 4, 8, 16, 32, 64, 120, 120])
    let last = Self.attempts(effects)[0]
    #expect(last.number == 10 && last.since == Self.start)
    effects = []
    channel.step(.delivered(last.id), at: now, into: &effects)
    #expect(Self.text(effects) == ["records 3 there"] && channel.held == 0 && channel.deadline == nil)
  }

  @Test("what the stream no longer keeps is given up, while it rests or when an attempt fails") func age() {
    var channel = Self.channel(retention: .seconds(500)), effects: [ChannelDelivery.Effect] = []
    channel.step(Self.stored(3), at: Self.start, into: &effects)
    channel.wake(at: Self.start + .seconds(300), into: &effects)
    let attempt = Self.attempts(effects)[0]
    effects = []
    var late = channel
    late.step(.failed(attempt.id, jitter: 1_000), at: Self.start + .seconds(501), into: &effects)
    #expect(Self.text(effects) == ["records 3 lost"])
    effects = []
    channel.step(.failed(attempt.id, jitter: 1_000), at: Self.start + .seconds(499), into: &effects)
    #expect(channel.deadline == Self.start + .seconds(500))
    channel.wake(at: Self.start + .seconds(520), into: &effects)
    #expect(Self.text(effects) == ["records 3 lost"] && channel.held == 0)
  }

  @Test("a longer retention has it go on, a shorter one end") func retention() {
    var channel = Self.channel(retention: .seconds(400)), effects: [ChannelDelivery.Effect] = []
    channel.step(Self.stored(1), at: Self.start, into: &effects)
    channel.wake(at: Self.start + .seconds(300), into: &effects)
    let attempt = Self.attempts(effects)[0]
    channel.set(retention: .hours(24))
    effects = []
    channel.step(.failed(attempt.id, jitter: 1_000), at: Self.start + .seconds(1_000), into: &effects)
    #expect(effects.isEmpty && channel.deadline == Self.start + .seconds(1_001))
    channel.set(retention: .seconds(400))
    channel.wake(at: Self.start + .seconds(1_000), into: &effects)
    #expect(Self.text(effects) == ["records 1 lost"])
  }

  @Test("a shorter data freshness delivers at once what has waited so long, a longer one lets it wait") func freshness()
  {
    var channel = Self.channel(), effects: [ChannelDelivery.Effect] = []
    channel.step(.freshness(.seconds(900)), at: Self.start, into: &effects)
    channel.step(Self.stored(2), at: Self.start, into: &effects)
    channel.wake(at: Self.start + .seconds(500), into: &effects)
    #expect(effects.isEmpty)
    channel.step(.freshness(.seconds(300)), at: Self.start + .seconds(500), into: &effects)
    #expect(Self.text(effects) == ["records 2 attempt 1"])
  }

  @Test("every record has one end, whatever fails, and late wakes change nothing", arguments: 0..<40)
  func conservation(_ seed: Int) {
    var dice = Dice(seed: UInt64(seed) &+ 4_711)
    var channel = Self.channel(retention: .seconds(2_000)), stored: Int64 = 0, ended: Int64 = 0
    var open: [ChannelDelivery.Attempt] = [], now = Self.start
    for _ in 0..<600 {
      now = now + .milliseconds(Int64(dice.below(60_000)))
      var effects: [ChannelDelivery.Effect] = [], twin = channel, others: [ChannelDelivery.Effect] = []
      let input: ChannelDelivery.Input
      switch dice.below(4) {
      case 0, 1:
        let records = Int64(dice.below(9)) + 1
        stored += records
        input = Self.stored(records, misfits: Int64(dice.below(Int(records) + 1)))
      case 2:
        guard !open.isEmpty else { continue }
        let attempt = open.remove(at: dice.below(open.count))
        input = dice.below(3) == 0 ? .delivered(attempt.id) : .failed(attempt.id, jitter: 1_000)
      default: input = .freshness(.seconds(300 + Int64(dice.below(600))))
      }
      twin.wake(at: now, into: &others)
      twin.step(input, at: now, into: &others)
      channel.step(input, at: now, into: &effects)
      #expect(effects == others && twin == channel)
      for effect in effects {
        switch effect {
        case .deliver(let attempt): open.append(attempt)
        case .ended(let attempt, _): ended += attempt.records
        }
      }
      #expect(channel.held + ended == stored && channel.deadline.map { $0 > now } ?? true)
    }
    #expect(ended > 0)
  }
}

@Suite struct `The channels of an account` {
  private static let start = Instant(seconds: 1_000)

  /// An account with the on-demand stream `s` and the provisioned stream `p`.
  private static func account() throws -> (account: Account, now: Instant) {
    var account = Account(region: "us-east-1", at: start)
    _ = try account.createOnDemandStream("s", OnDemandSettings(), at: start)
    _ = try account.createStream("p", shards: 1, at: start)
    let now = start + .seconds(60)
    account.wake(at: now)
    return (account, now)
  }

  private static func code(_ ask: () throws(Refusal) -> Answer) -> String {
    do throws(Refusal) {
      _ = try ask()
      return ""
    } catch { return error.code }
  }

  @Test("become ACTIVE, change and go in their time, and only an ACTIVE one is changed") func life() throws {
    var (account, now) = try Self.account()
    let create = ChannelRequest.create("c", stream: "s", .s3, freshness: nil)
    #expect(try account.ask(create, at: now) == .made(0))
    #expect(account.channels[0]?.freshness == .seconds(300))
    #expect(
      Self.code { () throws(Refusal) in try account.ask(.update(0, freshness: nil), at: now) }
        == "ResourceInUseException")
    #expect(account.channels[0]?.status.isDelivering == false)
    now = account.deadline ?? .never
    account.wake(at: now)
    #expect(account.channels[0]?.status == .active && now == Self.start + .seconds(60 + 15))
    _ = try account.ask(.update(0, freshness: .seconds(900)), at: now)
    #expect(account.channels[0]?.status == .updating(until: now + .seconds(10)))
    #expect(account.channels[0]?.status.isDelivering == true && account.channels[0]?.freshness == .seconds(900))
    // In any state: DeleteChannel has no ResourceInUseException.
    _ = try account.ask(.delete(0), at: now + .seconds(1))
    _ = try account.ask(.delete(0), at: now + .seconds(2))
    let id = try account.stream(named: "s")
    #expect(
      Self.code { () throws(Refusal) in
        try account.deleteStream(id, consumers: .enforced, now: now + .seconds(3))
        return .done
      } == "ResourceInUseException")
    account.wake(at: now + .seconds(11))
    #expect(account.channels[0] == nil && account.channels.ids == [])
    #expect(try account.ask(create, at: now + .seconds(12)) == .made(1), "an id is used again")
  }

  @Test("are refused as AWS refuses them") func refusals() throws {
    var (account, now) = try Self.account()
    func code(_ request: ChannelRequest) -> String {
      now = now + .seconds(1)
      return Self.code { () throws(Refusal) in try account.ask(request, at: now) }
    }
    func create(_ name: String, _ stream: String, _ to: DeliveryChannel.Destination = .s3, _ seconds: Int64 = 300)
      -> String
    {
      code(.create(name, stream: stream, to, freshness: .seconds(seconds)))
    }
    #expect(create("c", "p") == "ValidationException", "a provisioned stream")
    #expect(create("c", "absent") == "ResourceNotFoundException")
    #expect(create("c", "s", .s3, 299) == "ValidationException" && create("a b", "s") == "ValidationException")
    #expect(create("c", "s") == "" && create("c", "s", .s3Tables) == "ResourceInUseException")
    #expect(create("d", "s") == "LimitExceededException" && create("d", "s", .s3Tables, 900) == "")
    #expect(code(.update(0, freshness: .seconds(901))) == "ResourceInUseException")
    now = now + .seconds(20)
    #expect(code(.update(0, freshness: .seconds(901))) == "ValidationException")
    #expect(code(.describe(7)) == "ResourceNotFoundException" && code(.delete(7)) == "ResourceNotFoundException")
    let codes = (0..<6).map { _ in Self.code { () throws(Refusal) in try account.ask(.list, at: now) } }
    #expect(codes == ["", "", "", "", "", "LimitExceededException"])
  }

  @Test("are not of a stream that is encrypted with AWS's own key") func key() throws {
    var (account, now) = try Self.account()
    let id = try account.stream(named: "s")
    _ = try account.ask(.updateEncryption(key: "alias/aws/kinesis"), of: id, at: now)
    now = now + .seconds(60)
    #expect(
      Self.code { () throws(Refusal) in
        try account.ask(.create("c", stream: "s", .s3, freshness: nil), at: now)
      } == "ValidationException")
  }
}

@Suite struct `The keys of a channel's objects` {
  private static let names = ChannelKeyTemplate.Names(
    channel: "my-channel", id: "abc123", stream: "my-stream", fileExtension: ".gz")
  /// 2026-07-20T14:30:05Z
  private static let time = Instant(seconds: 1_784_557_805)

  private static func key(_ text: String, _ names: ChannelKeyTemplate.Names = names) -> String? {
    (try? ChannelKeyTemplate(text, names, limits: .current))?.key(at: time, unique: "-u")
  }

  @Test("are AWS's own, or as their template says") func keys() {
    #expect(
      Self.key(ChannelKeyTemplate.standard)
        == "kinesis-channel/my-channel/abc123/2026/07/20/14/my-channel-abc123-2026-07-20-14-30-u.gz")
    #expect(
      Self.key("!{channel-name}/!{yyyy}/!{MM}/!{dd}/!{HH}/records!{extension}")
        == "my-channel/2026/07/20/14/records-u.gz")
    #expect(
      Self.key("data/stream=!{stream-name}/!{yy}-!{MM}-!{dd}/!{HH}!{mm}!{extension:.json.gz}")
        == "data/stream=my-stream/26-07-20/1430-u.json.gz")
    var plain = Self.names
    plain.fileExtension = ""
    #expect(Self.key("!{channel-name}/!{channel-id}", plain) == "my-channel/abc123-u")
    #expect(Self.key("a!b", plain) == "a!b-u")
  }

  @Test(
    "are refused by the rules of AWS's page",
    arguments: [
      "/data/!{channel-name}!{extension}", "data/../!{channel-name}!{extension}", "data//!{channel-name}!{extension}",
      "!{channel-name}!{extension}/!{yyyy}", "data/!{partition-id}!{extension}", "data/!{channel-name}",
      "data/!{channel-name}/!{yyyy", "a/./b!{extension}", "a b!{extension}", "!{extension}!{extension}",
      "!{extension:json}", "!{extension:.JSON}", "a:b!{extension}", "a{b}!{extension}",
      String(repeating: "!{channel-name}", count: 99) + "!{extension}",
    ])
  func rules(_ text: String) { #expect(Self.key(text) == nil) }
}
