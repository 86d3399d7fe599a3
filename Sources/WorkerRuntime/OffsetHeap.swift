/// A binary heap of offsets, smallest first.
struct OffsetHeap: Sendable {
  /// Node i is no larger than its children, 2i + 1 and 2i + 2.
  private var nodes: [Int64] = []

  var isEmpty: Bool { nodes.isEmpty }

  var min: Int64? { nodes.first }

  mutating func insert(_ offset: Int64) {
    nodes.append(offset)
    var child = nodes.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard nodes[child] < nodes[parent] else { return }
      nodes.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popMin() -> Int64? {
    guard let last = nodes.popLast() else { return nil }
    guard let smallest = nodes.first else { return last }
    nodes[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < nodes.count else { return smallest }
      if child + 1 < nodes.count, nodes[child + 1] < nodes[child] { child += 1 }
      guard nodes[child] < nodes[parent] else { return smallest }
      nodes.swapAt(child, parent)
      parent = child
    }
  }
}
