/// A guess of how many tokens a model reads in a text, without its tokenizer.
///
/// One token for four ASCII bytes, rounded up, and one for every other code point. It errs high
/// for most scripts, so that what is chosen under a budget fits it; the true count comes from the
/// gateway's `usage`.
public enum TokenEstimate {
  public static func tokens(in text: String) -> Int {
    var text = text
    return text.withUTF8 { bytes in
      var ascii = 0
      var others = 0
      for byte in bytes {
        if byte < 0x80 {
          ascii += 1
        } else if byte >= 0xC0 {
          others += 1
        }
      }
      return (ascii + 3) / 4 + others
    }
  }
}
