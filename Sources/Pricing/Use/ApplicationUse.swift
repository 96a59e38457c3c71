internal import Units

/// What runs a consumer's code, where AWS does, and what its library asks for.
public struct ApplicationUse: Sendable, Hashable {
  /// The consumer's name.
  public var name: String
  /// The lease table of the Kinesis Client Library; nil without it.
  public var leases: LeaseUse?
  /// The function of an event source mapping; nil without one.
  public var function: FunctionUse?
  /// The Flink application; nil when it is none.
  public var flink: FlinkUse?
  /// Bytes that receives of a queue gave, each receipt counted.
  public var queueBytes: Int128 = 0

  /// A consumer of which nothing is billed yet.
  public init(_ name: String) { self.name = name }

  /// Adds its lines.
  public func add(to usage: inout Usage) {
    let scope = Scope(.consumer, name)
    leases?.add(scope, to: &usage)
    function?.add(scope, to: &usage)
    flink?.add(scope, to: &usage)
    usage.add(.queueData, scope: scope, queueBytes)
  }
}

/// Invocations of a Lambda function (F§8).
public struct FunctionUse: Sendable, Hashable {
  /// How often it was invoked.
  public var invocations: Int128
  /// Its memory in MiB.
  public var memory: Int
  /// How long it is billed for, in nanoseconds: each invocation by whole milliseconds.
  public var time: Int128

  /// So many invocations that took so long together.
  public init(invocations: Int128, memory: Int, time: Int128) {
    (self.invocations, self.memory, self.time) = (invocations, memory, time)
  }

  func add(_ scope: Scope, to usage: inout Usage) {
    usage.add(.lambdaRequest, scope: scope, invocations)
    usage.add(.lambdaDuration, scope: scope, time.timesClamped(Int128(memory)))
  }
}

/// A Managed Service for Apache Flink application (F§9.1). Flink's least ten minutes a start are not added.
public struct FlinkUse: Sendable, Hashable {
  /// KPUs that work, times nanoseconds; and those of orchestration.
  public var working: Int128, orchestration: Int128

  /// So much KPU time.
  public init(working: Int128, orchestration: Int128) {
    (self.working, self.orchestration) = (working, orchestration)
  }

  /// 50 GB of running storage for each KPU that is not for orchestration (F§0.1 row 16: billed), in byte-seconds.
  private var storage: Int128 { max(0, working).times(50 << 30, over: 1_000_000_000, .dropped) }

  func add(_ scope: Scope, to usage: inout Usage) {
    usage.add(.flinkHour, scope: scope, working.plusClamped(orchestration))
    usage.add(.flinkStorage, scope: scope, storage)
  }
}
