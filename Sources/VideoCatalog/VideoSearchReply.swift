import Foundation
import HighlightsProtocol

/// What a video search answers: `{"videos": […]}`, each as protobuf's JSON mapping writes a `Video`.
enum VideoSearchReply {
  /// Reads and checks the best videos of a reply; those beyond `limit` are not looked at.
  static func videos(
    _ bytes: Data, limit: Int
  ) throws(VideoSearchError.Reason) -> [Video] {
    do {
      // A reply without the list is a mistake, not an empty list, which protobuf takes it for.
      _ = try JSONDecoder().decode(Envelope.self, from: bytes)
    } catch {
      throw .malformedReply("\(bytes.count) bytes without a list of objects \"videos\"")
    }
    let videos: [Video]
    do {
      // A `SearchQuery` has its videos under the same name.
      let message: SearchQuery = try MessageCodec().decode(
        from: bytes, contentType: MessageFormat.json.contentType)
      videos = Array(message.videos.prefix(max(limit, 0)))
    } catch {
      throw .malformedReply("\(error)")
    }
    var ids: Set<String> = []
    for (index, video) in videos.enumerated() {
      do {
        try VideoRejection.check(video)
      } catch {
        throw .unusableVideo(position: index + 1, error)
      }
      guard ids.insert(video.id).inserted else { throw .duplicateVideo(position: index + 1) }
    }
    return videos
  }

  private struct Envelope: Decodable {
    struct AnyObject: Decodable {
      private enum Keys: CodingKey {}
      init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: Keys.self) }
    }
    let videos: [AnyObject]
  }
}

extension VideoSearchError.Reason: Error {}
