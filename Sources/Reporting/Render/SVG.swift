internal import Models
internal import Units

/// Scalable vector graphics, element by element.
struct SVG: Sendable {
  let width: Double, height: Double
  private let title: String, description: String
  private var elements: [String] = []

  /// An empty one; its title and description are what somebody hears who does not see it.
  init(width: Double, height: Double, title: String, description: String) {
    (self.width, self.height, self.title, self.description) = (width, height, title, description)
  }

  /// A number with a digit behind the point.
  private static func number(_ value: Double) -> String { Figures.shortest((value * 10).rounded() / 10) ?? "0" }

  mutating func words(
    _ text: String, x: Double, y: Double, size: Int = 11, anchor: String = "start", style: String = "words"
  ) {
    elements.append(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(size)\" text-anchor=\"\(anchor)\" "
        + "class=\"\(style)\">\(Self.escaped(text))</text>")
  }

  mutating func line(x: Double, y: Double, toX: Double, toY: Double, style: String) {
    elements.append(
      "<line x1=\"\(Self.number(x))\" y1=\"\(Self.number(y))\" x2=\"\(Self.number(toX))\" y2=\"\(Self.number(toY))\" "
        + "class=\"\(style)\"/>")
  }

  mutating func box(x: Double, y: Double, width: Double, height: Double, style: String) {
    guard width > 0, height > 0 else { return }
    elements.append(
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" "
        + "height=\"\(Self.number(height))\" class=\"\(style)\"/>")
  }

  /// Values that hold until the next one, each `step` wide.
  mutating func steps(_ heights: [Double], from x: Double, step: Double, style: String) {
    var path = "", at = x
    for height in heights {
      path +=
        "\(path.isEmpty ? "M" : "V")\(path.isEmpty ? "\(Self.number(at)),\(Self.number(height))" : Self.number(height))"
      at += step
      path += "H\(Self.number(at))"
    }
    elements.append("<path d=\"\(path)\" class=\"\(style)\"/>")
  }

  static func escaped(_ text: String) -> String {
    text.map { ["<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;"][$0] ?? String($0) }.joined()
  }

  /// Light, and dark where the reader has it dark.
  static let style = """
    text{font-family:sans-serif;fill:#333}.title{font-weight:bold;fill:#111}.grid{stroke:#e5e5e5}.limit{stroke:#767676;\
    stroke-dasharray:5 3}.minute{fill:#bdbdbd;fill-opacity:.5}.demand,.accepted{fill:none;stroke-width:1.5}.demand{stroke:#0072b2}\
    .accepted{stroke:#009e73}.throttled{fill:#d55e00}.paper{fill:#fff}
    @media (prefers-color-scheme:dark){text{fill:#ccc}.title{fill:#eee}.grid{stroke:#444}.limit{stroke:#aaa}.paper{fill:#1b1b1b}\
    .minute{fill:#777}.demand{stroke:#56b4e9}.accepted{stroke:#2fc79f}}
    """

  /// The document, a newline at its end.
  var text: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.number(width))" height="\(Self.number(height))" \
    viewBox="0 0 \(Self.number(width)) \(Self.number(height))" role="img" aria-labelledby="title desc">
    <title id="title">\(Self.escaped(title))</title>
    <desc id="desc">\(Self.escaped(description))</desc>
    <style>\(Self.style)</style>
    <rect class="paper" width="\(Self.number(width))" height="\(Self.number(height))"/>
    \(elements.joined(separator: "\n"))
    </svg>

    """
  }
}
