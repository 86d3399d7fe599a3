/// The scripts whose words are not told apart by spaces, or, in Korean, carry their particles.
enum UnspacedScripts {
  /// Whether a letter belongs to one of them.
  static func contain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0xE00: false
    // Thai and Lao.
    case 0xE00...0xEFF: true
    // Myanmar.
    case 0x1000...0x109F, 0xA9E0...0xA9FF, 0xAA60...0xAA7F: true
    // Khmer.
    case 0x1780...0x17FF: true
    // Tai Le, New Tai Lue, Tai Tham and Tai Viet.
    case 0x1950...0x19DF, 0x1A20...0x1AAF, 0xAA80...0xAADF: true
    // Hangul.
    case 0x1100...0x11FF, 0xA960...0xA97F, 0xAC00...0xD7FF: true
    // Iteration marks, zero and numerals of Han; Hiragana, Katakana and Bopomofo.
    case 0x3005...0x3007, 0x3021...0x3029, 0x3031...0x303B, 0x3041...0x312F, 0x31A0...0x31BF,
      0x31F0...0x31FF, 0x1AFF0...0x1B16F:
      true
    // Han.
    case 0x2E80...0x2FDF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
      true
    // Yi.
    case 0xA000...0xA4CF: true
    default: false
    }
  }
}
