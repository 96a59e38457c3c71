// Managed delivery of on-demand streams.
extension LimitsProfile {
  static func channel(_ key: Limit.Key) -> Figure? {
    let (quotas, concepts) = ("§0: Delivery quotas and limits, 2026", "§0: Data delivery concepts, 2026")
    return switch key {
    case .channelsPerStream:
      (2, "deliveries of a stream, at most one for each type of destination", quotas, .documented)
    case .channelFreshnessMinimum: (300, "seconds of data freshness at least", concepts, .documented)
    case .channelFreshnessMaximum: (900, "seconds of data freshness at most", concepts, .documented)
    case .channelFreshnessDefault: (300, "seconds of data freshness unless set", concepts, .documented)
    case .channelCalls: (5, "calls a second on channels, by account", quotas, .documented)
    default: nil
    }
  }
}
