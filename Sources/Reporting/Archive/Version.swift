/// weir's own version.
public enum Version {
  /// The release this was built from, in semantic versioning.
  public static let current = "0.1.0"
}
