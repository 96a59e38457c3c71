/// What a record has become ahead of the buffers by work that a driver does: de-aggregation, a function, a query for its partition.
public struct DeliveryPiece: Sendable, Hashable, Codable {
  /// Where it goes.
  public enum Way: Sendable, Hashable, Codable {
    /// On, to a dynamic partition by the driver's own numbering; 0 where there are none.
    case on(partition: Int32)
    /// Nowhere, as a function may say.
    case dropped
    /// Under the error prefix.
    case failed(ErrorOutput)
  }

  /// Its bytes.
  public var size: Int64
  /// Where it goes.
  public var way: Way

  /// A piece.
  public init(size: Int64, _ way: Way) { (self.size, self.way) = (size, way) }
}
