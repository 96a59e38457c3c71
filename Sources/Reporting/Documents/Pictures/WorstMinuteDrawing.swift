internal import Models
internal import Units

/// The one picture that is drawn without a renderer: the worst minute, second by second, over what one-minute metrics show.
struct WorstMinuteDrawing: Sendable {
  private static let left = 58.0, top = 86.0, width = 720.0, height = 220.0, gap = 26.0, low = 70.0

  private let lens: WorstMinute, finding: String
  private let step: Double, most: Double, mostThrottled: Double

  init(_ lens: WorstMinute, _ finding: String) {
    (self.lens, self.finding) = (lens, finding)
    step = Self.width / Double(max(1, lens.close.seconds.count))
    let tallest = lens.close.seconds.map { max($0.demand, $0.load) }.max() ?? 1
    most = Self.ceiling(max(tallest, 1.05))
    mostThrottled = Self.ceiling(Double(lens.close.seconds.map(\.throttled).max() ?? 0))
  }

  /// The next of 1, 2 and 5 times a power of ten, or four of its fifths.
  private static func ceiling(_ value: Double) -> Double {
    var power = 1.0
    while power * 10 <= value { power *= 10 }
    while power > value, power > 1e-9 { power /= 10 }
    return [1, 1.2, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10].map { $0 * power }.first { $0 >= value } ?? value
  }

  private func x(_ second: Int) -> Double { Self.left + Double(second) * step }
  private func y(_ share: Double) -> Double { Self.top + Self.height * (1 - min(1, max(0, share / most))) }
  private var floor: Double { Self.top + Self.height }
  private var base: Double { floor + Self.gap + Self.low }

  var text: String {
    var svg = SVG(
      width: Self.left + Self.width + 14, height: base + 40, title: lens.question, description: finding)
    head(&svg)
    shares(&svg)
    throttles(&svg)
    time(&svg)
    return svg.text
  }

  private func head(_ svg: inout SVG) {
    svg.words(lens.question, x: 8, y: 20, size: 14, style: "title")
    for (place, line) in finding.lines(of: 119).prefix(2).enumerated() {
      svg.words(line, x: 8, y: 38 + Double(place) * 15)
    }
    var at = Self.left
    for (name, style) in [("demand", "demand"), ("accepted", "accepted")] {
      svg.line(x: at, y: 73, toX: at + 18, toY: 73, style: style)
      svg.words(name, x: at + 23, y: 77)
      at += 100
    }
    svg.box(x: at, y: 67, width: 18, height: 11, style: "minute")
    svg.words("as one-minute metrics show it", x: at + 23, y: 77)
    svg.box(x: at + 200, y: 67, width: 11, height: 11, style: "throttled")
    svg.words("throttled", x: at + 216, y: 77)
  }

  private func shares(_ svg: inout SVG) {
    for tick in 0...4 {
      let share = most * Double(tick) / 4
      svg.line(x: Self.left, y: y(share), toX: Self.left + Self.width, toY: y(share), style: "grid")
      svg.words(Figures.percent(share), x: Self.left - 6, y: y(share) + 4, anchor: "end")
    }
    // One box a minute: neighbours that are equal are one.
    var begin = 0
    for second in 1...lens.minutes.count {
      guard second == lens.minutes.count || lens.minutes[second] != lens.minutes[begin] else { continue }
      if let share = lens.minutes[begin] {
        svg.box(x: x(begin), y: y(share), width: x(second) - x(begin), height: floor - y(share), style: "minute")
      }
      begin = second
    }
    svg.line(x: Self.left, y: y(1), toX: Self.left + Self.width, toY: y(1), style: "limit")
    svg.words("the shard's limit", x: Self.left + Self.width, y: y(1) - 4, size: 10, anchor: "end")
    svg.steps(lens.close.seconds.map { y($0.demand) }, from: Self.left, step: step, style: "demand")
    svg.steps(lens.close.seconds.map { y($0.load) }, from: Self.left, step: step, style: "accepted")
  }

  private func throttles(_ svg: inout SVG) {
    svg.line(x: Self.left, y: base, toX: Self.left + Self.width, toY: base, style: "grid")
    svg.line(x: Self.left, y: base - Self.low, toX: Self.left + Self.width, toY: base - Self.low, style: "grid")
    svg.words("0", x: Self.left - 6, y: base + 4, anchor: "end")
    guard lens.throttled > 0 else { return svg.words("nothing throttled", x: Self.left + 4, y: base - 6) }
    svg.words(
      "\(Figures.count(Int64(mostThrottled)))/s", x: Self.left - 6, y: base - Self.low + 4, anchor: "end")
    for (second, one) in lens.close.seconds.enumerated() where one.throttled > 0 {
      let tall = Self.low * Double(one.throttled) / mostThrottled
      svg.box(x: x(second) + 0.5, y: base - tall, width: max(1, step - 1), height: tall, style: "throttled")
    }
  }

  private func time(_ svg: inout SVG) {
    for offset in stride(from: -60, through: 60, by: 20) {
      let second = lens.close.worst + offset
      guard lens.close.seconds.indices.contains(second) else { continue }
      let words = offset == 0 ? "worst second" : "\(offset > 0 ? "+" : "−")\(abs(offset)) s"
      svg.words(words, x: x(second) + step / 2, y: base + 16, anchor: "middle")
    }
  }
}
