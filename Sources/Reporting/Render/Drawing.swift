internal import Crypto
internal import Foundation

/// What draws pictures that weir does not draw itself: Vega-Lite's renderer for Python.
public enum Drawing {
  /// The renderer's package, pinned: its version decides every byte of a drawing.
  public static var package: String {
    String(decoding: PackageResources.requirements_txt, as: UTF8.self).split(separator: "\n").joined(separator: " ")
  }

  /// A Python program: with directories it draws what lies in their `charts`, with `--script FILE` it writes what pages draw with.
  public static var program: String { String(decoding: PackageResources.draw_py, as: UTF8.self) }

  /// A module that draws pictures where they stand in a page, light and dark; it needs the renderer's script beside it.
  public static var module: String { String(decoding: PackageResources.page_js, as: UTF8.self) }

  /// The style of documents and pictures in a page.
  public static var style: String { String(decoding: PackageResources.page_css, as: UTF8.self) }

  /// By what a policy for content lets the styles through that weir's own drawings carry within them, and no others.
  public static var ownStyleSource: String {
    "'sha256-\(Data(SHA256.hash(data: Data(SVG.style.utf8))).base64EncodedString())'"
  }
}
