internal import Foundation
public import Units

/// A certificate for this machine that openssl makes and signs with its own key: whom it is for, and how long it is good.
public struct OwnCertificate: Sendable, Hashable {
  /// How long a new one is valid, in days: as long as clients take at most.
  public static let days = 825
  /// One that has less left is made anew, so that it does not end while it is used.
  private static let least = Interval.hours(30 * 24)

  /// By what a client reaches the server.
  private let host: String

  /// One for a server that listens at an address.
  public init(host: String) { self.host = host }

  /// What openssl is told: this machine by its usual names and by the address that is listened at. It vouches for itself, so that a
  /// client can be told to trust it alone.
  public var settings: String {
    """
    [req]
    distinguished_name = name
    x509_extensions = extensions
    prompt = no
    [name]
    CN = weir serve
    [extensions]
    basicConstraints = critical, CA:TRUE
    keyUsage = critical, digitalSignature, keyCertSign
    extendedKeyUsage = serverAuth
    subjectKeyIdentifier = hash
    authorityKeyIdentifier = keyid
    subjectAltName = \(names.joined(separator: ", "))

    """
  }

  /// Whether one that was made with such settings, and is valid between these instants, can be used now.
  public func fits(settings made: String, from: Instant, to end: Instant, at now: Instant) -> Bool {
    made == settings && from <= now && now + Self.least <= end
  }

  /// Subject alternative names. A name of letters that are digits of hexadecimal numbers as well, such as cafe, is no address.
  private var names: [String] {
    let usual = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"], own = (Self.isAddress(host) ? "IP:" : "DNS:") + host
    return usual.contains(own) ? usual : usual + [own]
  }

  private static func isAddress(_ text: String) -> Bool {
    var (four, six) = (in_addr(), in6_addr())
    let isFour = unsafe inet_pton(AF_INET, text, &four) == 1
    let isSix = unsafe inet_pton(AF_INET6, text, &six) == 1
    return isFour || isSix
  }
}
