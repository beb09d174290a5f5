internal import RouterCore

extension OneShot {
  /// The value, or nil if it is not there after `limit`. Who fulfils is not disturbed.
  func value(within limit: Duration, on time: any TimeSource) async -> Value? {
    let first = OneShot<Value?>()
    let end = time.now + limit
    let alarm = Task {
      do { try await time.sleep(until: end) } catch { return }
      first.fulfil(nil)
    }
    Task { first.fulfil(await self.value) }
    let answer = await first.value
    alarm.cancel()
    return answer
  }
}
