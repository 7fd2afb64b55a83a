// A binary heap: the smallest element first. Equal elements leave in no particular order, so what
// needs a reproducible order must compare unequal.

/// A priority queue of comparable elements, smallest first.
struct Heap<Element: Comparable> {
  private var elements: [Element] = []

  /// The smallest element, left in place.
  var first: Element? { elements.first }

  /// Adds an element, in time logarithmic in their number.
  mutating func insert(_ element: Element) {
    elements.append(element)
    var own = elements.count - 1
    while own > 0 {
      let parent = (own - 1) / 2
      guard elements[own] < elements[parent] else { return }
      elements.swapAt(own, parent)
      own = parent
    }
  }

  /// Removes and returns the smallest element, in time logarithmic in their number.
  mutating func popFirst() -> Element? {
    guard let first = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return first }
    elements[0] = last
    var own = 0
    while true {
      var least = own
      for child in [2 * own + 1, 2 * own + 2]
      where child < elements.count && elements[child] < elements[least] {
        least = child
      }
      guard least != own else { return first }
      elements.swapAt(own, least)
      own = least
    }
  }
}
