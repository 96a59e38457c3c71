public import Experiment
public import KinesisCore
internal import Units

extension VideoStreamSpec {
  private typealias Fraction = NeighbourCapacity.Fraction
  /// A month as AWS bills it: 730 hours.
  private static var daysPerMonth: Double { 730.0 / 24 }

  /// What it needs of each limit, and what a month amounts to.
  public func capacity(_ limits: LimitsProfile) -> NeighbourCapacity {
    NeighbourCapacity(checks: sending(limits) + reading(limits) + playing(limits), figures: figures)
  }

  private var milliseconds: Int64 { fragment.nanoseconds / 1_000_000 }

  private func check(
    _ limit: Limit.Key, _ limits: LimitsProfile, _ needs: NeighbourCapacity.Fraction,
    _ bound: NeighbourCapacity.Check.Bound = .atMost
  ) -> NeighbourCapacity.Check {
    NeighbourCapacity.Check(limit: limit, needs: needs, has: limits[limit], bound: bound)
  }

  private func sending(_ limits: LimitsProfile) -> [NeighbourCapacity.Check] {
    [
      check(.video.streams, limits, Fraction(cameras)),
      check(.video.putConnections, limits, Fraction(producers)),
      check(.video.putBytes, limits, Fraction(bitsPerSecond, over: 8)),
      check(.video.fragmentMinimum, limits, Fraction(milliseconds, over: 1_000), .atLeast),
      check(.video.fragmentMaximum, limits, Fraction(milliseconds, over: 1_000)),
      check(.video.fragmentBytes, limits, Fraction(bitsPerSecond * milliseconds, over: 8_000)),
      check(.video.fragments, limits, Fraction(1_000, over: milliseconds)),
      check(.video.tracks, limits, Fraction(tracks)),
      check(.video.metadataTags, limits, Fraction(metadataTags)),
    ]
  }

  private func reading(_ limits: LimitsProfile) -> [NeighbourCapacity.Check] {
    var checks: [NeighbourCapacity.Check] = []
    if mediaReaders > 0 {
      checks.append(check(.video.getConnections, limits, Fraction(mediaReaders)))
      checks.append(check(.video.getBytes, limits, Fraction(bitsPerSecond, over: 8)))
    }
    if fragmentListReaders > 0 {
      checks.append(check(.video.listConnections, limits, Fraction(fragmentListReaders)))
    }
    return checks
  }

  /// A live viewer asks for a playlist and a fragment of each track once a fragment (AWS's example 1).
  private func playing(_ limits: LimitsProfile) -> [NeighbourCapacity.Check] {
    guard viewers > 0 else { return [] }
    let calls = viewers * tracks * 1_000
    return [
      check(.video.mediaPoints, limits, Fraction(calls, over: milliseconds)),
      check(.video.metadataPoints, limits, Fraction(calls * playlistFragments, over: milliseconds)),
    ]
  }

  private var figures: [NeighbourCapacity.Figure] {
    let perDay = Double(bitsPerSecond) / 8 * hoursPerDay * 3_600 * Double(cameras)
    let perMonth = perDay * Self.daysPerMonth
    let kept = perDay * retention.inSeconds / 86_400
    return [
      .init(meaning: "Ingested in a month", name: "ingested_month_bytes", value: perMonth),
      .init(
        meaning: "Read with GetMedia in a month", name: "get_media_month_bytes", value: perMonth * Double(mediaReaders)),
      .init(meaning: "Played over HLS in a month", name: "hls_month_bytes", value: perMonth * Double(viewers)),
      .init(meaning: "Stored, once retention is full", name: "stored_bytes", value: kept),
    ]
  }
}
