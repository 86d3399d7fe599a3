"""What was checked and what of it failed."""


class Checks:
    def __init__(self):
        self.count = 0
        self.failures = []

    def expect(self, holds, name, detail=""):
        """Counts a check; says it when it fails. Returns whether it holds."""
        self.count += 1
        if not holds:
            self.failures.append(name)
            print(f"FAILED: {name}" + (f": {str(detail)[:600]}" if detail != "" else ""), flush=True)
        return bool(holds)

    def section(self, name, body):
        """Runs a group of checks; what it throws is a failure, and the next group runs all the same."""
        before, failed = self.count, len(self.failures)
        try:
            body()
        except Exception as error:
            self.expect(False, name, f"{type(error).__name__}: {error}")
        if len(self.failures) == failed:
            print(f"ok: {name} ({self.count - before} checks)", flush=True)
