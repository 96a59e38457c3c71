public import Units

/// What can be asked of a queue.
public enum QueueRequest: Sendable, Hashable, Codable {
  /// ReceiveQueueRecords, or ReceiveDeadLetterQueueRecords.
  case receive(ReceiveCall, QueueSide)
  /// AcknowledgeQueueRecords, or AcknowledgeDeadLetterQueueRecords, which throws a dead letter away.
  case acknowledge([ReceiptHandle], QueueSide)
  /// UpdateQueueRecordsVisibility, or UpdateDeadLetterQueueRecordsVisibility.
  case updateVisibility([VisibilityEntry], QueueSide)
  /// RestoreDeadLetterQueueRecords.
  case restore([ReceiptHandle])
  /// The caller of a receive that waits is gone; no action of AWS's.
  case hangUp(poll: Int)
  /// UpdateQueue.
  case update(QueueChange)
  /// DescribeQueue.
  case describe
  /// TagResource on the queue.
  case tag([ResourceTag])
  /// UntagResource, by keys.
  case untag([String])
  /// ListTagsForResource.
  case listTags

  /// The control-plane call it is, with AWS's name; nil for a call on records.
  var control: (CallRates.Action, String)? {
    switch self {
    case .update: (.updateQueue, "UpdateQueue")
    case .describe: (.describeQueue, "DescribeQueue")
    case .tag: (.tag, "TagResource")
    case .untag: (.untag, "UntagResource")
    case .listTags: (.listTags, "ListTagsForResource")
    case .receive, .acknowledge, .updateVisibility, .restore, .hangUp: nil
    }
  }
}

/// Which of a queue's two lines a call is about.
public enum QueueSide: Sendable, Hashable, Codable, CaseIterable {
  /// Records on their ordinary way.
  case records
  /// Dead letters.
  case deadLetters
}

/// A receive.
public struct ReceiveCall: Sendable, Hashable, Codable {
  /// The caller's own number of it, by which the answer is known.
  public var poll: Int
  /// Limit: 1 to 10.
  public var limit: Int
  /// WaitTimeSeconds: 1 to 20, whole.
  public var wait: Interval
  /// VisibilityTimeoutSeconds; nil for the queue's.
  public var visibility: Interval?

  /// A receive.
  public init(poll: Int, limit: Int, wait: Interval, visibility: Interval? = nil) {
    (self.poll, self.limit, self.wait, self.visibility) = (poll, limit, wait, visibility)
  }
}

/// An entry of a visibility call.
public struct VisibilityEntry: Sendable, Hashable, Codable {
  /// The receipt.
  public var handle: ReceiptHandle
  /// VisibilityTimeoutSeconds from now on: 0 makes the record visible.
  public var visibility: Interval

  /// An entry.
  public init(_ handle: ReceiptHandle, visibility: Interval) { (self.handle, self.visibility) = (handle, visibility) }
}

/// AWS's ReceiptHandle: one receipt of one record. Each receipt has another.
@frozen public struct ReceiptHandle: Sendable, Hashable, Codable {
  /// The word that it is.
  public var raw: UInt64

  /// The handle of a word that `raw` was; any other one is void.
  public init(raw: UInt64) { self.raw = raw }

  init(slot: Int, stamp: UInt32) { raw = UInt64(stamp) << 32 | UInt64(UInt32(slot)) }

  /// Which of the records held, from 0: low numbers are used again, so it can be a driver's array index.
  public var slot: Int { Int(raw & 0xffff_ffff) }
  var stamp: UInt32 { UInt32(raw >> 32) }
}

/// AWS's RecordId: the same at every delivery and in every queue of the stream.
@frozen public struct QueueRecordID: Sendable, Hashable, Comparable, Codable {
  /// The shard's number above the position, so that one word says both.
  var word: UInt64
  private static var positionBits: UInt64 { 44 }

  init(_ shard: ShardID, at position: Int64) {
    precondition(shard.number < 1 << 20 && position < 1 << 44, "a record that no word can name")
    word = UInt64(shard.number) << Self.positionBits | UInt64(position)
  }

  /// Its shard.
  public var shard: ShardID { ShardID(Int(word >> Self.positionBits)) }
  /// Its position within the shard, from 0.
  public var position: Int64 { Int64(word & (1 << Self.positionBits - 1)) }

  /// Orders by shard, then by position.
  public static func < (a: QueueRecordID, b: QueueRecordID) -> Bool { a.word < b.word }
}

extension QueueRecordID: CustomStringConvertible {
  /// Lower-case letters and digits, as AWS's pattern has it.
  public var description: String { String(word, radix: 36) }
}

/// A record as a receive gives it, without its payload.
public struct ReceivedRecord: Sendable, Hashable, Codable {
  /// RecordId.
  public var id: QueueRecordID
  /// ReceiptHandle of this receipt.
  public var handle: ReceiptHandle
  /// ApproximateArrivalTimestamp.
  public var arrival: Instant
  /// FirstReceiveTimestamp, in whole milliseconds after the arrival.
  public var firstReceived: Instant
  /// ReceiveCount, this receipt included: from 1; a count above a million stays there.
  public var receives: Int32
  /// Data and partition key, in bytes.
  public var size: Int32
}

/// Why an entry of a call failed: AWS's ErrorCode.
public enum QueueEntryError: String, Sendable, Hashable, Codable {
  /// The handle is unknown, of another queue or side, or another receipt has taken its place.
  case invalidArgument = "InvalidArgumentException"
}

/// What a queue answers.
public enum QueueAnswer: Sendable, Hashable, Codable {
  /// A receive found nothing: it waits, and is answered by `received`.
  case waits(poll: Int)
  /// Records of a receive; none when its time is over.
  case received(poll: Int, [ReceivedRecord])
  /// The caller of a receive that waits is told that the queue is not there any more.
  case closed(poll: Int)
  /// For each entry, in request order, nil or why it failed. The call itself succeeds even when all fail.
  case entries([QueueEntryError?])
  /// DescribeQueue.
  case described(QueueDescription)
  /// ListTagsForResource: by key.
  case tags([ResourceTag])
  /// Done; nothing more to say.
  case done
}

/// A queue and its place, as the account finds it.
struct QueuePlace: Sendable, Hashable {
  /// The stream's id.
  var stream: Int
  /// The position among the stream's queues.
  var queue: Int
}
