/// What a property test found to be wrong.
struct Violation: Error {
  let message: String
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(Violation) {
  if !condition { throw Violation(message: message()) }
}
