import Foundation
import KinesisCore
import Testing
import Units

@testable import Server

@Suite struct `A signature` {
  private static let now = CivilTime.instant("2026-11-28T04:30:00Z") ?? .epoch
  private static let file = """
    # who may ask
    [default]
    aws_access_key_id = AKIDEXAMPLE
    aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
    [session]
    aws_access_key_id = ASIAEXAMPLE
    aws_secret_access_key = second
    aws_session_token = token
    expiration = 2026-11-28T05:00:00Z
    [old]
    aws_access_key_id = ASIAOLD
    aws_secret_access_key = third
    aws_session_token = old
    expiration = 2026-11-28T04:00:00Z
    """

  private func gate() throws -> SignatureGate {
    SignatureGate(try Credentials(Self.file, path: "keys"), region: "us-east-1") { Self.now }
  }

  /// A request that is signed as botocore signs it.
  private func signed(
    _ id: String = "AKIDEXAMPLE", _ secret: String = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token: String? = nil,
    at time: Instant = now, region: String = "us-east-1", service: String = "kinesis"
  ) -> HTTPCall {
    var headers = [
      "host": "127.0.0.1:4567", "x-amz-date": SigV4.stamp(time), "x-amz-target": "Kinesis_20131202.ListStreams",
      "content-type": WireFormat.json.rawValue,
    ]
    headers["x-amz-security-token"] = token
    let body = Array("{}".utf8)
    let scope = SigV4.Scope(day: String(SigV4.stamp(time).prefix(8)), region: region, service: service)
    let request = SigV4.Canonical(
      method: "POST", path: "/", query: [], headers: headers.map { (name: $0.key, value: $0.value) },
      bodyHash: SigV4.hash(body), isPathEncodedTwice: true)
    let signature = SigV4.signature(of: request, at: SigV4.stamp(time), scope, secret: secret)
    headers["authorization"] =
      "AWS4-HMAC-SHA256 Credential=\(id)/\(scope.text), SignedHeaders=\(request.signedHeaders), Signature=\(signature)"
    return HTTPCall(method: "POST", uri: "/", headers: headers, body: body)
  }

  private func error(_ call: HTTPCall) throws -> ServiceError? {
    let gate = try gate()
    do throws(ServiceError) {
      try gate.check(call, service: "kinesis")
      return nil
    } catch {
      return error
    }
  }

  @Test("is that of AWS's published example") func example() {
    // IAM User Guide, Signature Version 4 test suite: get-vanilla-query-order-key-case.
    let request = SigV4.Canonical(
      method: "GET", path: "/", query: [(name: "Param2", value: "value2"), (name: "Param1", value: "value1")],
      headers: [(name: "host", value: "example.amazonaws.com"), (name: "x-amz-date", value: "20150830T123600Z")],
      bodyHash: SigV4.hash([]), isPathEncodedTwice: true)
    let signature = SigV4.signature(
      of: request, at: "20150830T123600Z", .init(day: "20150830", region: "us-east-1", service: "service"),
      secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    #expect(signature == "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")
  }

  @Test("with a known key is let through, with a session's token too") func good() throws {
    #expect(try error(signed()) == nil)
    #expect(try error(signed("ASIAEXAMPLE", "second", token: "token")) == nil)
  }

  @Test("that is wrong is refused with AWS's error") func bad() throws {
    var unsigned = signed()
    unsigned.headers["authorization"] = nil
    #expect(try error(unsigned)?.code == "MissingAuthenticationTokenException")
    var incomplete = signed()
    incomplete.headers["authorization"] = "AWS4-HMAC-SHA256 Credential=a"
    #expect(try error(incomplete)?.code == "IncompleteSignatureException")
    #expect(try error(signed("AKIDOTHER"))?.code == "UnrecognizedClientException")
    #expect(try error(signed(token: "token"))?.code == "UnrecognizedClientException")
    #expect(try error(signed("ASIAEXAMPLE", "second"))?.code == "UnrecognizedClientException")
    #expect(try error(signed("ASIAOLD", "third", token: "old"))?.code == "ExpiredTokenException")
    let wrong = [
      signed("AKIDEXAMPLE", "wrong"), signed(region: "eu-west-1"), signed(service: "firehose"),
      signed(at: Self.now - .seconds(301)), signed(at: Self.now + .seconds(301)),
    ]
    for call in wrong { #expect(try error(call)?.code == "InvalidSignatureException") }
    #expect(
      try error(wrong[3])?.message
        == "Signature expired: 20261128T042459Z is now earlier than 20261128T042500Z (20261128T043000Z - 5 min.)")
    #expect(try error(signed(at: Self.now - .seconds(299))) == nil)
  }

  @Test("covers the body, the target and the host") func coverage() throws {
    var body = signed()
    body.body = Array("{\"Limit\":1}".utf8)
    var target = signed()
    target.headers["x-amz-target"] = "Kinesis_20131202.DeleteStream"
    var host = signed()
    host.headers["host"] = "other"
    var more = signed()
    more.headers["x-amz-more"] = "unsigned"
    for call in [body, target, host, more] { #expect(try error(call)?.code == "InvalidSignatureException") }
  }

  @Test("of a presigned request is good as long as it says") func presigned() throws {
    func call(at time: Instant, expires: Int) -> HTTPCall {
      let scope = SigV4.Scope(day: String(SigV4.stamp(time).prefix(8)), region: "us-east-1", service: "kinesis")
      let query = [
        (name: "X-Amz-Algorithm", value: "AWS4-HMAC-SHA256"),
        (name: "X-Amz-Credential", value: "AKIDEXAMPLE/\(scope.text)"),
        (name: "X-Amz-Date", value: SigV4.stamp(time)), (name: "X-Amz-Expires", value: "\(expires)"),
        (name: "X-Amz-SignedHeaders", value: "host"),
      ]
      let request = SigV4.Canonical(
        method: "POST", path: "/", query: query, headers: [(name: "host", value: "h")], bodyHash: SigV4.hash([]),
        isPathEncodedTwice: true)
      let signature = SigV4.signature(
        of: request, at: SigV4.stamp(time), scope, secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
      let text = (query + [(name: "X-Amz-Signature", value: signature)])
        .map { "\($0.name)=\(SigV4.encoded($0.value))" }.joined(separator: "&")
      return HTTPCall(method: "POST", uri: "/?\(text)", headers: ["host": "h"], body: [])
    }
    #expect(try error(call(at: Self.now - .seconds(3_000), expires: 3_600)) == nil)
    #expect(try error(call(at: Self.now - .seconds(4_000), expires: 3_600))?.code == "InvalidSignatureException")
    #expect(try error(call(at: Self.now, expires: 700_000))?.code == "IncompleteSignatureException")
  }

  @Test("is asked for of everything that changes or tells something", arguments: [false, true])
  func frontend(_ isSigned: Bool) async throws {
    let service = KinesisService(
      Place(account: "000000000000", region: "us-east-1"), limits: .current, at: Engine.start)
    let frontend = Frontend(
      Engine(service, clock: .virtual(Engine.start)), reader: RequestReader(.current), gate: try gate())
    var call = signed()
    if !isSigned { call.headers["authorization"] = nil }
    #expect(await frontend.answer(call).status == (isSigned ? 200 : 400))
    let advance = HTTPCall(
      method: "POST", uri: "/_weir/clock/advance", headers: [:], body: Array("{\"seconds\":1}".utf8))
    #expect(await frontend.answer(advance).status == 400)
    #expect(await frontend.answer(HTTPCall(method: "GET", uri: "/healthz", headers: [:], body: [])).status == 200)
  }

  @Test(
    "has keys whose file is checked, and told without its secrets",
    arguments: [
      "", "[default]\naws_access_key_id = a", "[default]\nsecret",
      "[a]\naws_access_key_id=a\naws_secret_access_key=hidden\nexpiration=soon",
    ])
  func files(_ text: String) {
    let damage = #expect(throws: Credentials.Damage.self) { _ = try Credentials(text, path: "keys") }
    #expect(damage?.description.hasPrefix("keys") == true && damage?.description.contains("hidden") == false)
  }
}
