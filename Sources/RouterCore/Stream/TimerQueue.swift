/// One timer of a loop.
public struct TimerID: Hashable, Sendable { let value: UInt64 }

/// Timers in the order of their instants, of equal ones the older first: a binary heap. Confined to its loop.
struct TimerQueue {
  private struct Entry {
    var instant: Instant
    var id: TimerID
    var interval: Duration?
    var body: (isolated Loop) -> Void

    func isBefore(_ other: Entry) -> Bool {
      instant == other.instant ? id.value < other.id.value : instant < other.instant
    }
  }

  private var heap: [Entry] = []
  private var lastID: UInt64 = 0

  var next: Instant? { heap.isEmpty ? nil : heap[0].instant }

  mutating func add(at instant: Instant, every interval: Duration?, _ body: @escaping (isolated Loop) -> Void)
    -> TimerID
  {
    lastID += 1
    let id = TimerID(value: lastID)
    heap.append(Entry(instant: instant, id: id, interval: interval, body: body))
    siftUp(from: heap.count - 1)
    return id
  }

  mutating func remove(_ id: TimerID) {
    guard let index = heap.firstIndex(where: { $0.id == id }) else { return }
    removeEntry(at: index)
  }

  /// Takes the body of the earliest timer that is due; an interval timer is set again, late ticks are not repeated.
  mutating func popDue(at now: Instant) -> ((isolated Loop) -> Void)? {
    guard !heap.isEmpty, heap[0].instant <= now else { return nil }
    let first = heap[0]
    guard let interval = first.interval else {
      removeEntry(at: 0)
      return first.body
    }
    var following = first.instant + interval
    if following <= now { following = now + interval }
    heap[0].instant = following
    siftDown(from: 0)
    return first.body
  }

  private mutating func removeEntry(at index: Int) {
    exchange(index, heap.count - 1)
    heap.removeLast()
    guard index < heap.count else { return }
    siftDown(from: index)
    siftUp(from: index)
  }

  private mutating func siftUp(from start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      if heap[parent].isBefore(heap[child]) { return }
      exchange(parent, child)
      child = parent
    }
  }

  private mutating func siftDown(from start: Int) {
    var parent = start
    while true {
      var least = parent
      let (left, right) = (2 * parent + 1, 2 * parent + 2)
      if left < heap.count, heap[left].isBefore(heap[least]) { least = left }
      if right < heap.count, heap[right].isBefore(heap[least]) { least = right }
      if least == parent { return }
      exchange(parent, least)
      parent = least
    }
  }

  /// `swapAt` allocates in debug builds, and timers fire on the data path.
  private mutating func exchange(_ a: Int, _ b: Int) {
    let entry = heap[a]
    heap[a] = heap[b]
    heap[b] = entry
  }
}
