/// AWS's commercial regions: what a region's name is checked against.
///
/// Source: written down from general knowledge of AWS's list in March 2026, not checked against a copy of it (assumed);
/// the list only feeds a warning. A region that is not here works. GovCloud and China are partitions of their own and not listed.
public enum AWSRegion {
  /// What is wrong or doubtful about a region's name that was given by an option; nil for a commercial region.
  public static func flaw(_ name: String, option: String) -> Diagnostic? {
    let sink = Sink(),
      node = ConfigNode(place: Place(file: option), content: .scalar(.init(text: name, isQuoted: true)))
    _ = Field(node: node, path: "", sink: sink).region()
    return sink.errors(main: option).first ?? sink.warnings.first
  }

  /// What is said of a region that is not in the list.
  static let unknown =
    "not one of AWS's commercial regions known in \(date); the quotas of the smaller ones are taken"

  /// Whether a region could be called that.
  static func isFit(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count >= 3 && parts[0].count == 2 && parts.last.flatMap { Int($0) } != nil && text.count <= 32
      && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
  }

  /// When the list was last looked through.
  static let date = "2026-03"

  /// By continent, in the order of their names.
  static let commercial = [
    "af-south-1",
    "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
    "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1", "ca-west-1",
    "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
    "il-central-1",
    "me-central-1", "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1", "us-east-2", "us-west-1", "us-west-2",
  ]
}

extension Field {
  /// The value as a region, or a report; one that is not in the list is taken, with a warning.
  func region() -> String {
    let expected = "an AWS region such as us-east-1", text = string(expecting: expected) ?? ""
    guard AWSRegion.isFit(text) else {
      if self.text != nil { fail(expected: expected, remedy: sink.nearest(text, among: AWSRegion.commercial)) }
      return text
    }
    if !AWSRegion.commercial.contains(text) {
      warn(AWSRegion.unknown, found: text, remedy: sink.nearest(text, among: AWSRegion.commercial))
    }
    return text
  }
}
