/// Scenarios the tests share.
enum Sample {
  /// Two shards, a polling and a fan-out consumer, one reshard, 300 records a second.
  static let small = """
    # Does a small stream hold while it grows?
    schema: weir/v1
    name: small
    seed: 7
    clock: {start: 2026-03-06T19:00:00Z, duration: 70s, warmup: 1s, report_bin: 1s}
    streams:
      clicks: {mode: provisioned, shards: 2}
    producers:
      web:
        to: clicks
        count: 3
        rate: 300
        record: {size: {dist: lognormal, median: 600B, p99: 4KiB}, key_bytes: 24}
        keys: {dist: zipf, cardinality: 1000, s: 0.9}
        retry: {policy: exponential_full_jitter, max_attempts: 4, base: 100ms, cap: 1s, ttl: 10s}
    consumers:
      fast: {from: clicks, type: kcl_efo, service: {per_batch: {dist: gamma, mean: 4ms, cv: 0.5}}}
      slow: {from: clicks, type: kcl_polling, service: {per_batch: 20ms}}
    events:
      - {at: T+2s, do: reshard, target: clicks, value: 3}
    slo:
      - {id: loss, expr: "records_lost(producer=web).sum == 0 records"}

    """

  /// `small` with one piece of text replaced.
  static func with(_ old: String, _ new: String) -> String {
    precondition(small.contains(old), "the sample does not hold \(old)")
    return small.replacing(old, with: new)
  }

  /// A plan of three shards by arithmetic: 2,900 records a second, spread evenly.
  static let planted = """
    schema: weir/v1
    name: planted
    clock: {duration: 5s, warmup: 3s, report_bin: 1s}
    streams:
      s: {mode: provisioned, shards: 2}
    producers:
      p: {to: s, rate: 2900, arrivals: paced, record: {size: 100B, key_bytes: 8}, keys: {dist: round_robin_ehk}, retry: {policy: none}}
    slo:
      - {id: throttle, expr: "put_throttle_rate(stream=s).rate < 1 %"}
    plan:
      search: [{param: streams.s.shards, range: [1, 6]}]

    """

  /// Settings that make any scenario short, for the command line and for a shell.
  static let short = ["clock.duration=8s", "clock.warmup=1s", "clock.report_bin=1s", "events=[]", "slo=[]"].flatMap {
    ["--set", $0]
  }

  /// Settings that make `small` last until somebody stops it.
  static let endless = ["--set", "clock.duration=60d", "--set", "clock.report_bin=60s"]

  /// More than two shards take: records are throttled and lost.
  static let flooded = ["--set", "producers.web.rate=4000", "--set", "clock.duration=10s"]
}
