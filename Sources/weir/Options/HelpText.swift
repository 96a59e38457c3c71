extension String {
  /// Help whose paragraphs are one line each, so that the terminal's width decides where they break; lines that are indented, such
  /// as examples, and those in capitals stay as they are.
  var flowing: String {
    var lines: [String] = []
    for line in split(separator: "\n", omittingEmptySubsequences: false) {
      let isFixed = line.isEmpty || line.first == " " || line == line.uppercased()
      if let last = lines.last, !isFixed, !last.isEmpty, last.first != " ", last != last.uppercased() {
        lines[lines.count - 1] = last + " " + line
      } else {
        lines.append(String(line))
      }
    }
    return lines.joined(separator: "\n")
  }
}
