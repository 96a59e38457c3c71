/// What draws pictures that weir does not draw itself: Vega-Lite's renderer for Python.
public enum Drawing {
  /// The renderer's package, pinned: its version decides every byte of a drawing.
  public static var package: String {
    String(decoding: PackageResources.requirements_txt, as: UTF8.self).split(separator: "\n").joined(separator: " ")
  }

  /// A Python program: with directories it draws what lies in their `charts`, with `--script FILE` it writes what pages draw with.
  public static var program: String { String(decoding: PackageResources.draw_py, as: UTF8.self) }
}
