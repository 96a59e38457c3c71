extension Limit {
  /// Every table, in the order in which limits are printed.
  @usableFromInline struct Tables {
    @usableFromInline let shard = ShardLimits()
    @usableFromInline let put = PutLimits()
    @usableFromInline let fanOut = FanOutLimits()
    @usableFromInline let stream = StreamLimits()
    @usableFromInline let account = AccountLimits()
    @usableFromInline let firehose = FirehoseLimits()
    @usableFromInline let onDemand = OnDemandLimits()
    @usableFromInline let kpl = KPLLimits()
    @usableFromInline let agent = AgentLimits()
    @usableFromInline let sdk = SDKLimits()
    @usableFromInline let reader = ReaderLimits()
    @usableFromInline let channel = ChannelLimits()
    @usableFromInline let video = VideoLimits()
    @usableFromInline let sql = SQLLimits()
    @usableFromInline let kcl = KCLLimits()
    @usableFromInline let lambda = LambdaLimits()
    @usableFromInline let flink = FlinkLimits()
    @usableFromInline let queue = QueueLimits()
    @usableFromInline let sqs = SQSLimits()
  }
}

extension Limit.Key {
  /// A shard.
  @inlinable public static var shard: Limit.Table<ShardLimits> { Limit.Table(\.shard) }
  /// Puts and records.
  @inlinable public static var put: Limit.Table<PutLimits> { Limit.Table(\.put) }
  /// Enhanced fan-out.
  @inlinable public static var fanOut: Limit.Table<FanOutLimits> { Limit.Table(\.fanOut) }
  /// A stream.
  @inlinable public static var stream: Limit.Table<StreamLimits> { Limit.Table(\.stream) }
  /// An account.
  @inlinable public static var account: Limit.Table<AccountLimits> { Limit.Table(\.account) }
  /// Data Firehose.
  @inlinable public static var firehose: Limit.Table<FirehoseLimits> { Limit.Table(\.firehose) }
  /// On-demand streams.
  @inlinable public static var onDemand: Limit.Table<OnDemandLimits> { Limit.Table(\.onDemand) }
  /// The KPL.
  @inlinable public static var kpl: Limit.Table<KPLLimits> { Limit.Table(\.kpl) }
  /// The Kinesis Agent.
  @inlinable public static var agent: Limit.Table<AgentLimits> { Limit.Table(\.agent) }
  /// The AWS SDKs.
  @inlinable public static var sdk: Limit.Table<SDKLimits> { Limit.Table(\.sdk) }
  /// Pollers.
  @inlinable public static var reader: Limit.Table<ReaderLimits> { Limit.Table(\.reader) }
  /// Delivery channels.
  @inlinable public static var channel: Limit.Table<ChannelLimits> { Limit.Table(\.channel) }
  /// Kinesis Video Streams.
  @inlinable public static var video: Limit.Table<VideoLimits> { Limit.Table(\.video) }
  /// SQL applications.
  @inlinable public static var sql: Limit.Table<SQLLimits> { Limit.Table(\.sql) }
  /// The KCL.
  @inlinable public static var kcl: Limit.Table<KCLLimits> { Limit.Table(\.kcl) }
  /// Lambda.
  @inlinable public static var lambda: Limit.Table<LambdaLimits> { Limit.Table(\.lambda) }
  /// Managed Flink.
  @inlinable public static var flink: Limit.Table<FlinkLimits> { Limit.Table(\.flink) }
  /// Queues.
  @inlinable public static var queue: Limit.Table<QueueLimits> { Limit.Table(\.queue) }
  /// Amazon SQS.
  @inlinable public static var sqs: Limit.Table<SQSLimits> { Limit.Table(\.sqs) }
}
