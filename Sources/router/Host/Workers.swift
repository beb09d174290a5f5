import Glibc
import RouterCore

/// The loops heavy stages run on: one per processor, at most eight.
enum Workers {
  static func start() throws(SystemError) -> [Loop] {
    let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    var loops: [Loop] = []
    for number in 0..<min(8, processors) {
      let loop = Loop(name: "worker \(number)", poller: try ParkingPoller())
      loop.start()
      loops.append(loop)
    }
    return loops
  }
}
