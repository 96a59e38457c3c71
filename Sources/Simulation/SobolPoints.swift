/// Points that fill the unit cube evenly: Sobol's sequence as libgsl makes it (Antonov & Saleev 1979), the same on every
/// machine, with the origin in front that libgsl leaves out, and all moved by half a cell. The first 2ⁿ of them lie in 2ⁿ
/// different cells along every axis, where random points would leave gaps.
public enum SobolPoints {
  /// The most coordinates of a point.
  public static let mostDimensions = 40

  /// The first `count` ≥ 0 points, each of `dimensions` (1 to 40) coordinates strictly between 0 and 1.
  public static func first(_ count: Int, dimensions: Int) -> [[Double]] {
    precondition((1...mostDimensions).contains(dimensions) && count >= 0, "no such points")
    guard let points = GSL.sobol(count - 1, dimensions: dimensions) else {
      preconditionFailure("no memory for a Sobol sequence")
    }
    var cells = 1
    while cells < count { cells *= 2 }
    let origin = Array(repeating: 0.0, count: dimensions)
    return ([origin] + points).prefix(count).map { point in point.map { $0 + 0.5 / Double(cells) } }
  }
}
