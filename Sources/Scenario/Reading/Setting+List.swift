extension Setting {
  /// Reads several settings joined by commas, such as `streams.clicks.shards=8,producers.web.keys.salt=4`; nil when one of
  /// them is none.
  ///
  /// A comma within brackets, braces or quotes belongs to a value.
  public static func list(argument: String) -> [Setting]? {
    let settings = pieces(of: argument).map { Setting(argument: $0) }
    return settings.contains { $0 == nil } ? nil : settings.compactMap(\.self)
  }

  /// The text cut at every comma outside of brackets, braces and quotes; spaces around pieces are dropped.
  public static func pieces(of text: String) -> [String] {
    var (pieces, depth, quote) = ([""], 0, nil as Character?)
    for character in text {
      if character == ",", depth == 0, quote == nil {
        pieces.append("")
        continue
      }
      pieces[pieces.count - 1].append(character)
      switch character {
      case "\"", "'": quote = quote == nil ? character : quote == character ? nil : quote
      case "[", "{": if quote == nil { depth += 1 }
      case "]", "}": if quote == nil { depth = max(0, depth - 1) }
      case _: break
      }
    }
    return pieces.map { piece in
      let tail = piece.drop(while: \.isWhitespace)
      return String(
        tail.prefix((tail.lastIndex { !$0.isWhitespace }).map { tail.distance(from: tail.startIndex, to: $0) + 1 } ?? 0)
      )
    }
  }
}
