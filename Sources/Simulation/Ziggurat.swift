/// The tables of a ziggurat of 256 layers (Marsaglia & Tsang 2000), made once by deterministic arithmetic.
struct Ziggurat: @unchecked Sendable {
  /// For each layer: `accept`, below which a 53-bit draw needs no further test; `width`, the layer's width over 2^53;
  /// `height`, the density at its right end.
  struct Layer: Sendable {
    var accept: UInt64
    var width: Double
    var height: Double
  }
  // Unsafe because an array costs a retain and a check at every draw, a third of its time. The 256 layers are written
  // once, before the table is anyone's, and never freed; every index is a byte.
  let layers: UnsafePointer<Layer>
  /// Where the tail begins.
  let tail: Double

  /// Tables for a density (1 at 0, falling), its inverse, where the tail begins, and the area of a layer.
  private init(tail: Double, area: Double, density: (Double) -> Double, inverse: (Double) -> Double) {
    let scale = 0x1p53
    let layers = UnsafeMutablePointer<Layer>.allocate(capacity: 256)
    layers.initialize(repeating: Layer(accept: 0, width: 0, height: 1), count: 256)
    let base = area / density(tail)
    layers[0] = Layer(accept: UInt64(tail / base * scale), width: base / scale, height: 1)
    layers[255] = Layer(accept: 0, width: tail / scale, height: density(tail))
    var outer = tail
    for i in stride(from: 254, through: 1, by: -1) {
      let inner = inverse(area / outer + density(outer))
      layers[i + 1].accept = UInt64(inner / outer * scale)
      layers[i] = Layer(accept: 0, width: inner / scale, height: density(inner))
      outer = inner
    }
    (self.layers, self.tail) = (UnsafePointer(layers), tail)
  }

  static let exponential = Ziggurat(
    tail: 7.697_117_470_131_049_7, area: 0.003_949_659_822_581_557,
    density: { DeterministicMath.exp(-$0) }, inverse: { -DeterministicMath.log($0) })

  static let normal = Ziggurat(
    tail: 3.654_152_885_361_008_8, area: 0.004_928_673_233_974_655,
    density: { DeterministicMath.exp(-0.5 * $0 * $0) },
    inverse: { DeterministicMath.sqrt(-2 * DeterministicMath.log($0)) })
}
