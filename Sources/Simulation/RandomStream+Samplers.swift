internal import Units

/// Continuous variates. All are deterministic on every machine; none calls libm.
///
/// How many draws a sample takes varies, so samples of different kinds belong in streams of different purposes.
extension RandomStream {
  /// An exponential of mean 1: ziggurat, 1.02 draws on average (Marsaglia & Tsang 2000).
  public mutating func exponential() -> Double {
    let bits = next()
    let layer = Ziggurat.exponential.layers[Int(bits & 255)]
    let draw = bits >> 11
    return draw < layer.accept ? Double(draw) * layer.width : exponentialEdge(layer: Int(bits & 255), draw: draw)
  }

  /// A gap to the next arrival of a Poisson process, in whole nanoseconds, rounded down; `mean` in nanoseconds.
  public mutating func exponentialNanoseconds(mean: Double) -> Int64 { Int64(clamping: exponential() * mean) }

  /// A standard normal: ziggurat, 1.02 draws on average.
  public mutating func normal() -> Double {
    let bits = next()
    let layer = Ziggurat.normal.layers[Int(bits & 255)]
    let draw = bits >> 11
    let magnitude =
      draw < layer.accept ? Double(draw) * layer.width : normalEdge(layer: Int(bits & 255), draw: draw)
    // Bit 8 is the sign; a branch on it would be mispredicted every other time.
    return Double(bitPattern: magnitude.bitPattern ^ (bits & 256) << 55)
  }

  /// exp(Normal(`mu`, `sigma`)); `mu` is the logarithm of the median.
  public mutating func lognormal(mu: Double, sigma: Double) -> Double {
    DeterministicMath.exp(mu + sigma * normal())
  }

  /// A gamma with mean shape · scale, both > 0 (Marsaglia & Tsang 2000, "A simple method for generating gamma variables").
  public mutating func gamma(shape: Double, scale: Double) -> Double {
    precondition(shape > 0 && scale > 0, "gamma needs a positive shape and scale")
    guard shape < 1 else { return gammaFromOne(shape: shape) * scale }
    let boosted = gammaFromOne(shape: shape + 1)
    return boosted * DeterministicMath.pow(uniformOpen(), 1 / shape) * scale
  }

  @inline(never) private mutating func exponentialEdge(layer: Int, draw: UInt64) -> Double {
    let table = Ziggurat.exponential
    if layer == 0 { return table.tail + exponential() }
    let x = Double(draw) * table.layers[layer].width
    let (low, high) = (table.layers[layer].height, table.layers[layer - 1].height)
    return low + uniform() * (high - low) < DeterministicMath.exp(-x) ? x : exponential()
  }

  @inline(never) private mutating func normalEdge(layer: Int, draw: UInt64) -> Double {
    let table = Ziggurat.normal
    if layer == 0 { return normalTail(from: table.tail) }
    let x = Double(draw) * table.layers[layer].width
    let (low, high) = (table.layers[layer].height, table.layers[layer - 1].height)
    return low + uniform() * (high - low) < DeterministicMath.exp(-0.5 * x * x) ? x : normal().magnitude
  }

  /// A normal given that it exceeds `start` (Marsaglia 1964).
  mutating func normalTail(from start: Double) -> Double {
    while true {
      let x = exponential() / start
      let y = exponential()
      if y + y > x * x { return start + x }
    }
  }

  private mutating func gammaFromOne(shape: Double) -> Double {
    let d = shape - 1.0 / 3
    let c = 1 / DeterministicMath.sqrt(9 * d)
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      let limit = 0.5 * x * x + d * (1 - v + DeterministicMath.log(v))
      if DeterministicMath.log(uniformOpen()) < limit { return d * v }
    }
  }
}
