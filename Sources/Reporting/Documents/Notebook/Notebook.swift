/// A Jupyter notebook, nbformat 4.5, not yet executed: equal cells give equal bytes.
struct Notebook {
  /// One cell.
  struct Cell {
    /// What it holds.
    enum Kind: String {
      case markdown, code
    }

    /// Its name in the file, of `a-z` and `-`, once in a notebook.
    var id: String
    var kind: Kind
    /// Lines without a newline at the end.
    var source: String
    /// What tools look for, such as papermill's `parameters`.
    var tags: [String] = []

    static func markdown(_ id: String, _ source: String) -> Cell { Cell(id: id, kind: .markdown, source: source) }
    static func code(_ id: String, _ source: String) -> Cell { Cell(id: id, kind: .code, source: source) }
  }

  var cells: [Cell]

  /// The file.
  var text: String {
    JSONValue.object([
      "nbformat": .count(4), "nbformat_minor": .count(5), "cells": .array(cells.map(Self.json)),
      "metadata": [
        "kernelspec": ["display_name": "Python 3", "language": "python", "name": "python3"],
        "language_info": ["name": "python"],
      ],
    ]).text
  }

  private static func json(_ cell: Cell) -> JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(cell.id), "cell_type": .string(cell.kind.rawValue), "source": lines(cell.source),
      "metadata": cell.tags.isEmpty ? [:] : ["tags": .array(cell.tags.map { .string($0) })],
    ]
    if cell.kind == .code { (members["outputs"], members["execution_count"]) = ([], .null) }
    return .object(members)
  }

  /// Each line with its newline, but the last.
  private static func lines(_ source: String) -> JSONValue {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    return .array(lines.enumerated().map { .string($1 + ($0 == lines.count - 1 ? "" : "\n")) })
  }
}
