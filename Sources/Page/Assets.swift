internal import Reporting

/// The files of the page, none of which is made while it runs.
struct Assets: Sendable {
  /// The renderer's script; nil where none is set up.
  private let script: String?

  init(script: String?) { self.script = script }

  /// Whether pictures can be drawn.
  var canDraw: Bool { script != nil }

  /// The script, for pages to be kept.
  var renderer: String? { script }

  /// A file by its name; nil when there is none.
  subscript(name: String) -> PageAnswer? {
    switch name {
    case "": .text(200, Self.text(PackageResources.index_html), type: "text/html; charset=utf-8")
    case "ui.css": .text(200, Self.text(PackageResources.ui_css), type: Self.style)
    case "report.css": .text(200, Drawing.style, type: Self.style)
    case "app.js": .text(200, Self.text(PackageResources.app_js), type: Self.module)
    case "api.js": .text(200, Self.text(PackageResources.api_js), type: Self.module)
    case "form.js": .text(200, Self.text(PackageResources.form_js), type: Self.module)
    case "editor.js": .text(200, Self.text(PackageResources.editor_js), type: Self.module)
    case "results.js": .text(200, Self.text(PackageResources.results_js), type: Self.module)
    case "pictures.js": .text(200, Drawing.module, type: Self.module)
    case "vega.js": .text(200, script ?? "", type: Self.module)
    default: nil
    }
  }

  private static let style = "text/css; charset=utf-8", module = "text/javascript; charset=utf-8"

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
