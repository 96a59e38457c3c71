internal import ArgumentParser
internal import Foundation
internal import NIOCore
internal import NIOSSL

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

  /// What TLS is spoken with, nil for none, and the file of a certificate that was made.
  func context(host: String, data: String?) throws(TLSFailure) -> (context: NIOSSLContext, made: String?)? {
    if let tlsCertificate, let tlsKey { return (try Self.context(tlsCertificate, tlsKey), nil) }
    guard tls else { return nil }
    let made = try SelfSigned(host: host, data: data)
    return (try Self.context(made.certificate, made.key), made.certificate)
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

  /// The one in a data directory, or a new one there or in a directory for this start.
  init(host: String, data: String?) throws(TLSFailure) {
    let folder = (data ?? "\(NSTemporaryDirectory())weir-serve-\(UUID().uuidString)") + "/tls"
    (certificate, key) = (folder + "/certificate.pem", folder + "/key.pem")
    guard !FileManager.default.fileExists(atPath: certificate) else { return }
    do {
      let own: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: own)
      let settings = folder + "/openssl.cnf"
      try Self.settings(host).write(toFile: settings, atomically: true, encoding: .utf8)
      try Self.run([
        "openssl", "req", "-x509", "-config", settings, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
        "-nodes", "-days",
        "825", "-keyout", key, "-out", certificate,
      ])
    } catch {
      throw TLSFailure(
        "--tls: openssl made no certificate in \(folder): \(error). Install openssl, or give --tls-certificate and --tls-key."
      )
    }
  }

  /// For this machine by its usual names and by the address that is listened at. It vouches for itself, so that a client can be told to
  /// trust it alone.
  private static func settings(_ host: String) -> String {
    let names = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"]
    let isNumber = host.allSatisfy { $0.isHexDigit || $0 == "." || $0 == ":" }
    let own = (isNumber ? "IP:" : "DNS:") + host
    return """
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
      subjectAltName = \((names.contains(own) ? names : names + [own]).joined(separator: ", "))

      """
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
