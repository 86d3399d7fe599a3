"""`highlights up --serve` on a free port, with searches of its own."""

import os
import re
import signal
import subprocess
import threading
import time

ADMIN_TOKEN = "admin-token-of-this-test"
WRITE_TOKEN = "write-token-of-this-test"

# Its latency is one that "working on it" is seen in.
# A thousand searches of one client are no rush here.
SETTINGS = {
    "serve.port": "0",
    "serve.client_per_minute": "1000000",
    "serve.client_burst": "100000",
    "serve.new_keys_per_minute": "1000000",
    "serve.new_keys_burst": "100000",
    "simulator.latency": "700ms",
}
TOKENS = {"HIGHLIGHTS_SERVE_ADMIN_TOKEN": ADMIN_TOKEN, "HIGHLIGHTS_SERVE_WRITE_TOKEN": WRITE_TOKEN}


class Server:
    """Runs while a `with` does; `url` is where it serves once its own searches are answered."""

    def __init__(self, binary, folder, queries):
        self.command = [binary, "up", "--serve", "--quiet", "--queries", str(queries),
                        "--store", str(folder / "page.sqlite")]
        for key, value in SETTINGS.items():
            self.command += ["--set", f"{key}={value}"]
        self.said = []
        self.url = self._address = None
        self._heard = threading.Condition()

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace", env=os.environ | TOKENS)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        with self._heard:
            self._heard.wait_for(lambda: self.url or self.process.poll() is not None, timeout=300)
        if not self.url:
            self._end()
            raise RuntimeError("the server does not start: " + "".join(self.said[-40:]))
        return self

    def __exit__(self, *_):
        self.status = self._end()

    def _listen(self):
        for line in self.process.stderr:
            with self._heard:
                self.said.append(line)
                del self.said[:-1000]
                found = re.search(r"serve: (http://127\.0\.0\.1:\d+)", line)
                if found:
                    self._address = found.group(1)
                if "serving until" in line:
                    self.url = self._address
                self._heard.notify_all()
        with self._heard:
            self._heard.notify_all()

    def _end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()


def is_alive(server):
    """Whether it still runs, a moment later."""
    time.sleep(0.2)
    return server.process.poll() is None
