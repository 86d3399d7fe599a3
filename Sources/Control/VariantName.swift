/// Names of variants: they become part of a topic's name.
public enum VariantName {
  /// Names the default variant where an empty name cannot stand; no other variant may have it.
  public static let defaultName = "default"
  /// The rule of ``isValid(_:)``, in words.
  public static let allowed = "1 to 64 of a-z, 0-9 and -"

  /// Whether a variant may have the name; the default variant's own, which is empty, is not asked about.
  public static func isValid(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
      }
  }

  /// As people read it: `default` for the empty name.
  public static func shown(_ name: String) -> String { name.isEmpty ? defaultName : name }

  /// As messages carry it: empty for `default`.
  public static func parsed(_ name: String) -> String { name == defaultName ? "" : name }

  /// The topic of a variant's highlights: the default one's, or that and the name.
  public static func topic(of name: String, highlights topic: String) -> String {
    name.isEmpty ? topic : "\(topic).\(name)"
  }
}
