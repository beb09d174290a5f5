import Glibc

/// How often a fuzz test tries: `count`, and twenty times that when the environment says `SOAK=1`.
func rounds(_ count: Int) -> Int {
  guard let value = unsafe getenv("SOAK") else { return count }
  return unsafe String(cString: value) == "1" ? count * 20 : count
}
