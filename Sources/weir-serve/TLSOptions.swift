internal import ArgumentParser
internal import Foundation
internal import NIOCore
internal import NIOSSL
internal import Server
internal import Units

/// How the server shows who it is, where it speaks TLS beside cleartext.
struct TLSOptions: ParsableArguments {
  @Option(help: "The server's certificate and those that it was signed with, in PEM: HTTPS on the same port.")
  var tlsCertificate: String?

  @Option(help: "The certificate's key, in PEM.")
  var tlsKey: String?

  @Flag(
    help: """
      HTTPS on the same port, with a certificate that openssl makes and signs with itself: kept in --data, else in a directory \
      that the log names.
      """)
  var tls = false

  func validate() throws {
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-certificate and --tls-key: one is there, and the other one is not")
    }
    guard !tls || tlsCertificate == nil else {
      throw ValidationError("--tls makes a certificate, and --tls-certificate gives one: take one of them")
    }
  }

  /// What TLS is spoken with; nil for none.
  func context(host: String, data: String?) throws(TLSFailure) -> Spoken? {
    if let tlsCertificate, let tlsKey { return Spoken(context: try Self.context(tlsCertificate, tlsKey), made: nil) }
    guard tls else { return nil }
    let made = try SelfSigned(host: host, data: data)
    do throws(TLSFailure) {
      let context = try Self.context(made.certificate, made.key)
      try made.forgetKey()
      return Spoken(context: context, made: made)
    } catch {
      made.remove()
      throw error
    }
  }

  /// What TLS is spoken with, and the certificate that was made for it.
  struct Spoken {
    let context: NIOSSLContext
    let made: SelfSigned?
  }

  private static func context(_ certificate: String, _ key: String) throws(TLSFailure) -> NIOSSLContext {
    func reading<Value>(_ file: String, _ read: () throws -> Value) throws(TLSFailure) -> Value {
      do {
        return try read()
      } catch {
        throw TLSFailure("\(file): expected PEM that TLS can be spoken with, found \(error)")
      }
    }
    let chain = try reading(certificate) { try NIOSSLCertificate.fromPEMFile(certificate) }
    let secret = try reading(key) { try NIOSSLPrivateKey(file: key, format: .pem) }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(secret))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["h2", "http/1.1"]
    configuration.shutdownTimeout = .seconds(1)
    return try reading(certificate) { try NIOSSLContext(configuration: configuration) }
  }
}

/// Why no TLS can be spoken.
struct TLSFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A certificate that openssl made, signed with its own key.
struct SelfSigned {
  let certificate: String, key: String
  /// The directory that it is in.
  private let folder: String
  /// Whether it is for this start alone.
  private let isPassing: Bool

  /// The one in a data directory where it fits, or a new one there or in a directory for this start.
  init(host: String, data: String?) throws(TLSFailure) {
    folder = (data ?? "\(NSTemporaryDirectory())weir-serve-\(UUID().uuidString)") + "/tls"
    (certificate, key, isPassing) = (folder + "/certificate.pem", folder + "/key.pem", data == nil)
    let wanted = OwnCertificate(host: host)
    guard !isThere(wanted) else { return }
    do {
      let own: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: own)
      // Ahead of its settings, so that these are never those of another certificate.
      try? FileManager.default.removeItem(atPath: certificate)
      try wanted.settings.write(toFile: settings, atomically: true, encoding: .utf8)
      try Self.run([
        "openssl", "req", "-x509", "-config", settings, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
        "-nodes", "-days", "\(OwnCertificate.days)", "-keyout", key, "-out", certificate,
      ])
    } catch {
      throw TLSFailure(
        "--tls: openssl made no certificate in \(folder): \(error). Install openssl, or give --tls-certificate and --tls-key."
      )
    }
  }

  private var settings: String { folder + "/openssl.cnf" }

  /// Whether one is there that is for this machine and these days, with its key.
  private func isThere(_ wanted: OwnCertificate) -> Bool {
    guard FileManager.default.fileExists(atPath: key),
      let made = try? String(contentsOfFile: settings, encoding: .utf8),
      let kept = try? NIOSSLCertificate.fromPEMFile(certificate).first
    else { return false }
    let (from, end) = (Int64(kept.notValidBefore), Int64(kept.notValidAfter))
    return wanted.fits(settings: made, from: Instant(seconds: from), to: Instant(seconds: end), at: Clock.now)
  }

  /// Takes away the key of one for this start alone, once it has been read: what stays is no secret.
  func forgetKey() throws(TLSFailure) {
    guard isPassing else { return }
    do {
      try FileManager.default.removeItem(atPath: key)
    } catch {
      throw TLSFailure("\(key): the certificate's key cannot be removed: \(error.localizedDescription)")
    }
  }

  /// Takes away what was made for this start alone: nobody has to trust it any more.
  func remove() {
    guard isPassing else { return }
    try? FileManager.default.removeItem(atPath: String(folder.dropLast("/tls".count)))
  }

  private static func run(_ command: [String]) throws {
    let process = Process(), errors = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, errors)
    try process.run()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TLSFailure(String(decoding: said.suffix(500), as: UTF8.self)) }
  }
}
