import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

extension JSONEncoder {
  /// An encoder for what goes over HTTP: snake case, in an order that does not change.
  static func wire() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}

extension Response {
  /// A response whose body is `value`, marked as the simulator's.
  static func json(
    _ value: some Encodable, status: HTTPResponse.Status = .ok
  ) throws -> Response {
    json(ByteBuffer(data: try JSONEncoder.wire().encode(value)), status: status)
  }

  static func json(_ bytes: ByteBuffer, status: HTTPResponse.Status = .ok) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = "application/json"
    if let name = HTTPField.Name("x-simulator") { headers[name] = ExtractiveModel.label }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: bytes))
  }

  /// Adds headers by names that are known to be valid.
  mutating func add(_ fields: [(name: String, value: String)]) {
    for (name, value) in fields {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
  }
}
