internal import Experiment
internal import Simulation
internal import Units

/// A producer whose records are settled: when they come, how large they are, and whose shard they are.
struct FlowWriter {
  let producer: Int, plan: ProducerPlan, keys: KeyShares, moments: SizeMoments
  var pulse: Pulse
  /// Bytes that wait to be tried again, and how many may: half of what its processes may hold.
  var held: Int64 = 0
  let room: Int64
  /// How far its keys were counted, as a sum of its pulse.
  var counted = 0.0

  /// Records of a share expected behind a sum of the pulse and up to an instant.
  func expected(of share: Double, behind sum: Double, until to: Instant) -> Double {
    max(0, pulse.sum(at: to) - sum) * share
  }

  /// Tells how long its records took that arrived between two instants, and what CloudWatch sees of their calls. Returns how many
  /// calls those were.
  mutating func tell(
    from begin: Instant, to end: Instant, _ holdings: inout Holdings, _ calls: inout PutCalls,
    _ observers: inout Observers
  ) -> Double {
    let producer = producer, mean = moments.mean
    var made = 0.0
    pulse.laws(from: begin, to: end) { law in
      holdings.spread(law, by: producer, &observers)
      let time = law.trip.inMilliseconds
      made += law.calls
      calls.time += time * law.calls
      (calls.shortest, calls.longest) = (min(calls.shortest, time), max(calls.longest, time))
      holdings.noteHeld(law.records / max(1, law.calls) * mean, by: producer)
    }
    pulse.forget()
    return made
  }

  /// Draws how often each key was asked for that is counted, of the records since they were last counted.
  mutating func countKeys(upTo sum: Double, _ holdings: inout Holdings, drawing draws: inout RandomStream) {
    let expected = sum - counted
    guard expected > 0 else { return }
    counted = sum
    for key in 0..<plan.counted {
      let mean = keys.share(of: UInt32(key)) * expected
      if mean > 0 { holdings.count(key, times: draws.poisson(mean: mean), by: producer) }
    }
  }

  /// Adds how old its records are that are born and not yet at the service.
  func addAirborne(at now: Instant, to ages: inout LatencyHistogram) {
    pulse.airborne(at: now) { expected, from, to in
      let count = Int64(expected.rounded())
      if count > 0 { ages.record(from: now - to, to: now - from, count: count) }
    }
  }
}
