import Foundation
import KinesisCore
import Testing
import Units

@testable import Models
@testable import Reporting

@Suite struct PictureTests {
  private static func report() -> Report {
    var result = Fixture.result()
    let seconds = (0...120).map { second in
      CloseUp.Second(
        demand: second == 60 ? 2.5 : 0.6, load: second == 60 ? 1 : 0.6, throttled: second == 60 ? 1_500 : 0)
    }
    result.streams[0].closeUp = CloseUp(shard: ShardID(3), begin: Fixture.at(600), seconds: seconds, worst: 60)
    result.streams[0].secondView.worstDemand = 2.5
    return Fixture.report([result])
  }

  @Test func `each has a name of its own, a question, and only fields that are columns`() throws {
    let pictures = Self.report().document.pictures
    #expect(pictures.count >= 5 && Set(pictures.map(\.name)).count == pictures.count)
    for picture in pictures {
      #expect(picture.question.hasSuffix("?") && picture.finding.hasSuffix("."), "\(picture.name)")
      #expect(picture.name.allSatisfy { $0 == "-" || $0.isASCII && ($0.isNumber || $0.isLowercase) })
      // The page's specification holds the same rows as the files.
      let inlined = picture.inlined.line
      for part in picture.parts { #expect(inlined.contains(JSONValue.string(part.table.text).line), "\(picture.name)") }
    }
  }

  @Test func `names that a file system makes one are told apart`() {
    let picture = Picture("a", of: "B.c", "?", "", [], [:])
    #expect(Picture.apart([picture, picture, picture]).map(\.name) == ["a-b-c", "a-b-c-2", "a-b-c-3"])
  }

  @Test func `the worst minute says what the minute hides, and is drawn as XML that says it again`() throws {
    let picture = try #require(Self.report().document.pictures.first { $0.kind == "worst-minute" })
    #expect(picture.finding.contains("2") && picture.finding.contains("1,500 attempts were throttled, in 1 second."))
    let drawing = try #require(picture.ownDrawing)
    #expect(drawing.contains("<desc id=\"desc\">\(SVG.escaped(picture.finding))</desc>"))
    #expect(drawing.components(separatedBy: "class=\"throttled\"").count == 3, "the key and one bar")
    #expect(!drawing.contains("nan") && drawing.hasPrefix("<svg") && drawing.hasSuffix("</svg>\n"))
  }

  @Test func `a page escapes what an author wrote, and shows Markdown's few signs`() {
    #expect(
      HTML.inline("a **b** `c<d` \\*e\\* <br> &lt;f&gt; <script>")
        == "a <strong>b</strong> <code>c&lt;d</code> *e* <br> &lt;f&gt; &lt;script&gt;")
    #expect(HTML.inline("`` a`b ``") == "<code>a`b</code>" && HTML.inline("**open") == "<strong>open</strong>")
    let page = Self.report().page(script: "window.vega = '</script>';")
    #expect(page.contains("<\\/script>';</script>") && page.components(separatedBy: "<script").count == 4)
    let data = page.components(separatedBy: "id=\"pictures\">")[1].components(separatedBy: "</script>")[0]
    #expect((try? JSONSerialization.jsonObject(with: Data(data.utf8))) != nil && !data.contains("<"))
  }

  @Test func `without its script a page has own drawings and signs`() {
    let page = Self.report().page(script: nil)
    #expect(page.contains("<figure><img alt=") && !page.contains("<script"))
  }
}
