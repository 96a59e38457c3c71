internal import Dispatch
internal import Foundation
internal import KinesisCore
internal import Units

/// Where objects are stored.
public protocol ObjectStore: Sendable {
  /// Stores an object, in place of one of its key, and returns when it is there to stay.
  func put(_ object: StoredObject) async throws(DeliveryFailure)
}

/// An object, and what is said of it.
public struct StoredObject: Sendable, Hashable {
  /// Where it lies.
  public let bucket: String, key: String
  /// Its bytes, compressed where they are to be.
  public let body: [UInt8]
  /// Its Content-Encoding; nil for none.
  public let encoding: String?
  /// What S3 is told of it beside, which is signed.
  public let headers: [OutgoingRequest.Header]
}

/// What requests to HTTP endpoints go through.
public protocol EndpointClient: Sendable {
  /// Sends records by AWS's contract, and returns when the endpoint has taken them.
  func send(_ records: [[UInt8]], to endpoint: HTTPEndpoint, isGzipped: Bool) async throws(DeliveryFailure)
  /// Sends a request of another contract, and returns what is answered.
  func exchange(_ request: OutgoingRequest) async throws(DeliveryFailure) -> IncomingAnswer
}

/// What Lambda functions are called through.
public protocol FunctionClient: Sendable {
  /// Calls a function with an event: the HTTP status, what says that the function itself failed, nil for nothing, and the body.
  func invoke(_ call: FunctionCall, _ event: [UInt8]) async throws(DeliveryFailure) -> FunctionAnswer
}

/// What Lambda's Invoke answered.
public struct FunctionAnswer: Sendable, Hashable {
  /// The HTTP status.
  public let status: Int
  /// X-Amz-Function-Error; nil when the function did not fail.
  public let error: String?
  /// The function's answer.
  public let body: [UInt8]

  /// An answer.
  public init(status: Int, error: String?, body: [UInt8]) {
    (self.status, self.error, self.body) = (status, error, body)
  }
}

/// Why something was not delivered.
public struct DeliveryFailure: Error, Sendable, Hashable {
  /// In words.
  public let reason: String
  /// Whether it never will be.
  public let isFinal: Bool

  /// A failure.
  public init(_ reason: String, isFinal: Bool = false) { (self.reason, self.isFinal) = (reason, isFinal) }
}

/// Carries out what delivery streams want delivered.
public struct Courier: Sendable {
  private let store: (any ObjectStore)?
  private let client: (any EndpointClient)?
  private let functions: (any FunctionClient)?
  private let note: @Sendable (Shipment, DeliveryFailure) -> Void

  /// A courier to a store, to endpoints and to functions; `note` is told of failures.
  public init(
    store: (any ObjectStore)?, client: (any EndpointClient)?, functions: (any FunctionClient)? = nil,
    note: @escaping @Sendable (Shipment, DeliveryFailure) -> Void = { _, _ in }
  ) {
    (self.store, self.client, self.functions, self.note) = (store, client, functions, note)
  }

  /// Nowhere to deliver to.
  public static let none = Courier(store: nil, client: nil)

  /// What became of an attempt.
  enum Result: Sendable {
    case delivered
    case answered([FunctionCall.Verdict])
    case partly([BulkIndex.Refused])
    case failed(DeliveryFailure)
  }

  /// Carries one out; what became of it, chance's part in the next wait left to whoever asks.
  func carry(_ shipment: Shipment) async -> Result {
    do throws(DeliveryFailure) {
      switch shipment.target {
      case .nowhere(let reason): throw DeliveryFailure(reason, isFinal: true)
      case .object(let bucket, let key):
        guard let store else {
          throw DeliveryFailure("there is no S3 to deliver to: start with --deliver DIR or --s3-endpoint URL")
        }
        try await store.put(shipment.object(bucket: bucket, key: key))
      case .request(let endpoint):
        guard let client else { throw DeliveryFailure("there is nothing to send requests with") }
        try await client.send(shipment.payloads, to: endpoint, isGzipped: shipment.packing == .delivery(.gzip))
      case .bulk(let index):
        guard let client else { throw DeliveryFailure("there is nothing to send requests with") }
        let answer = try await client.exchange(index.request(shipment.content.items, shipment.content.numbers))
        let refused = try index.refused(answer, of: shipment.content.items.count)
        guard refused.isEmpty else {
          note(
            shipment,
            DeliveryFailure("\(refused.count) documents were refused: \(refused[0].status) \(refused[0].reason)"))
          return .partly(refused)
        }
      case .collector(let collector): try await collect(collector, shipment)
      case .function(let call): return .answered(try await invoke(call, for: shipment))
      }
      return .delivered
    } catch {
      note(shipment, error)
      return .failed(error)
    }
  }

  /// How often an acknowledgement is asked for.
  private static let pace = Duration.milliseconds(500)

  private func collect(_ collector: SplunkCollector, _ shipment: Shipment) async throws(DeliveryFailure) {
    guard let client else { throw DeliveryFailure("there is nothing to send requests with") }
    let taken = try await client.exchange(collector.events(shipment.content.items))
    let number = try collector.number(taken)
    let end = ContinuousClock.now + .nanoseconds(collector.patience.nanoseconds)
    while true {
      let answer = try await client.exchange(collector.question(number))
      if try collector.isAcknowledged(answer, number) { return }
      guard ContinuousClock.now < end else {
        throw DeliveryFailure("Splunk.AckTimeout the acknowledgement did not come in time")
      }
      try? await Task.sleep(for: Self.pace)
    }
  }

  private func invoke(_ call: FunctionCall, for shipment: Shipment) async throws(DeliveryFailure) -> [FunctionCall
    .Verdict]
  {
    guard let functions else {
      throw DeliveryFailure("Lambda.ResourceNotFound there is no Lambda to call: start with --lambda-endpoint URL")
    }
    let event = shipment.event(of: call)
    guard event.count <= FunctionCall.mostBytes else {
      throw DeliveryFailure("Lambda.RequestTooLarge the event has more than 6 MB")
    }
    let answer = try await functions.invoke(call, event)
    return try call.verdicts(
      on: Int(shipment.id.count), first: shipment.id.first, status: answer.status, error: answer.error,
      body: answer.body)
  }
}

/// A directory laid out as S3: `bucket/key`, whose slashes are folders. An object is there whole or not at all.
public struct DirectoryStore: ObjectStore {
  private let path: String
  private static let queue = DispatchQueue(label: "weir.objects", attributes: .concurrent)
  /// Where objects are written before they have their name: no bucket is called so here.
  private static let workshop = ".parts"

  /// A directory, made when there is none.
  public init(_ path: String) throws(DeliveryFailure) {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path + "/" + Self.workshop, withIntermediateDirectories: true)
    } catch {
      throw DeliveryFailure("\(path): cannot be made: \(error.localizedDescription)")
    }
  }

  /// Where an object lies, below the directory whatever it is called: a part of a key that means something to a file system, as `..`
  /// and nothing do, is written with percents, and a longer one than it takes is cut into folders.
  static func place(bucket: String, key: String) -> [String] {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let bucket = bucket.hasPrefix(".") || bucket.isEmpty ? "%2E" + bucket.dropFirst() : bucket
    return [bucket]
      + parts.flatMap { part -> [String] in
        switch part {
        case "": return ["%"]
        case ".", "..": return [part.replacingOccurrences(of: ".", with: "%2E")]
        default: return pieces(part.replacingOccurrences(of: "\0", with: "%00"))
        }
      }
  }

  /// Pieces of at most 200 bytes.
  private static func pieces(_ part: String) -> [String] {
    guard part.utf8.count > 200 else { return [part] }
    var pieces = [""]
    for character in part {
      if pieces[pieces.count - 1].utf8.count + character.utf8.count > 200 { pieces.append("") }
      pieces[pieces.count - 1].append(character)
    }
    return pieces
  }

  /// Writes it beside, waits for the disk, and gives it its name.
  public func put(_ object: StoredObject) async throws(DeliveryFailure) {
    let place = Self.place(bucket: object.bucket, key: object.key)
    let failure = await withCheckedContinuation { continuation in
      Self.queue.async { continuation.resume(returning: self.write(object.body, place)) }
    }
    if let failure { throw failure }
  }

  private func write(_ body: [UInt8], _ place: [String]) -> DeliveryFailure? {
    let target = ([path] + place).joined(separator: "/"), folder = ([path] + place.dropLast()).joined(separator: "/")
    let part = "\(path)/\(Self.workshop)/\(UUID().uuidString)"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let file = try LockedFile(part)
      defer { _ = unsafe unlink(part) }
      try file.write(body, at: 0)
      guard unsafe rename(part, target) == 0 else {
        return DeliveryFailure("\(target): cannot be named: \(LockedFile.reason)")
      }
      return nil
    } catch {
      return DeliveryFailure("\(target): cannot be written: \(error)")
    }
  }
}
