/// What became of videos that were put into a catalogue.
public struct CatalogChange: Sendable, Hashable {
  /// Had an id that was not there.
  public var inserted: Int
  /// Took the place of one with the same id.
  public var replaced: Int
  /// Were there already, the same in everything.
  public var unchanged: Int

  public init(inserted: Int = 0, replaced: Int = 0, unchanged: Int = 0) {
    self.inserted = inserted
    self.replaced = replaced
    self.unchanged = unchanged
  }

  public static func + (left: CatalogChange, right: CatalogChange) -> CatalogChange {
    CatalogChange(
      inserted: left.inserted + right.inserted, replaced: left.replaced + right.replaced,
      unchanged: left.unchanged + right.unchanged)
  }

  public static func += (left: inout CatalogChange, right: CatalogChange) { left = left + right }
}
