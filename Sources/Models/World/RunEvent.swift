internal import Experiment

/// What is due: plain data in one word, kind · generation · index.
struct RunEvent {
  enum Kind: UInt64 {
    /// A request's records have gathered long enough.
    case linger = 1
    /// A put request reaches the service.
    case put
    /// Its answer reaches the producer.
    case putAnswer
    /// Its refused records are tried again.
    case retry
    /// A copy of a recorded event is handed over.
    case traceCopy
    /// A reader polls, or the service looks what it can push.
    case read
    /// Records reach a reader.
    case arrival
    /// A batch is processed.
    case processed
    /// A worker takes a reader's lease.
    case lease
    /// A stream changes by itself.
    case streamChange
    /// A scenario's event begins, or ends.
    case scenario
    case scenarioEnd
    /// A second ends.
    case second
    /// The warm-up ends.
    case warmupEnd
    /// The Kinesis Producer Library: an aggregate, a call or the limiter is due; a call reaches the service; its answer
    /// is back; the shards are listed.
    case kplPacked
    case kplCollected
    case kplDrain
    case kplPut
    case kplAnswer
    case kplMap
    /// The SDK sends a call once more.
    case sdkRetry
    /// A delivery stream's poller calls GetRecords, or its answer is there.
    case sourcePoll = 64
    case sourceAnswer
    /// A delivery stream's own deadline.
    case deliveryWake
    /// A delivery attempt or a transform's invocation comes to its end.
    case attemptEnd
    /// An autoscaler looks at the newest minute it can read.
    case scale
    /// A delivery channel's oldest record has waited long enough.
    case deliver
    /// A sub-shard of a mapping may be able to invoke its function: a window ends, or a wait.
    case invoke
    /// A function has returned.
    case invoked
    /// A minute of a Flink application ends.
    case flinkMinute
    /// A Flink application runs again.
    case flinkResume
    /// An autoscaler goes on shard by shard.
    case scaleStep
    /// The SDK's own limiter lets a process send again.
    case sdkRelease
    /// A thread that works on a queue calls it, has its answer, has processed, or extends visibility.
    case queueCall
    case queueAnswer
    case queueDone
    case queueBeat
    /// A queue can answer a receive that waits.
    case queueWake
    /// A queue's dead letters are looked after; its instances are counted anew.
    case queueDead
    case queueLook
    /// Records that somebody waits for, of a stream whose writers are settled, arrive.
    case settled

    /// Whether what readers and writers go by may change with it.
    var isChange: Bool {
      switch self {
      case .warmupEnd, .streamChange, .scenario, .scenarioEnd, .scale, .scaleStep, .flinkResume: true
      default: false
      }
    }
  }

  let word: UInt64

  init(word: UInt64) { self.word = word }

  init(_ kind: Kind, _ index: Int = 0, generation: UInt32 = 0) {
    word = kind.rawValue << 56 | UInt64(generation & 0xff_ffff) << 32 | UInt64(UInt32(index))
  }

  var kind: Kind {
    guard let kind = Kind(rawValue: word >> 56) else { preconditionFailure("an event of no kind") }
    return kind
  }

  var index: Int { Int(word & 0xffff_ffff) }

  /// The lowest 24 bits of the generation it was scheduled for.
  var generation: UInt32 { UInt32(word >> 32 & 0xff_ffff) }
}
