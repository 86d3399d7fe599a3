"""Processes of a proof: started with an environment of their own, ended by their id, their words kept for a failure."""

import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEALTHCHECK = ROOT / "Deploy/docker/healthcheck.sh"


class Failed(Exception):
    """What does not hold, for whoever runs the proof."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(holds, seconds, what, process=None):
    """Asks ten times a second; a process that ends meanwhile ends the wait."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return
        if process and process.poll() is not None:
            raise Failed(f"{what}: the process ended with {process.returncode}")
        time.sleep(0.1)
    raise Failed(f"{what}: not within {seconds} s")


def get(url, timeout=5):
    """The status and the body; (0, "") where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except OSError:
        return 0, ""


def is_listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Processes:
    """All that a proof started; a `with` ends them, the last first."""

    def __init__(self, folder):
        self.folder = folder
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name, process in reversed(self.running):
            if process.poll() is None:
                process.terminate()
        for name, process in reversed(self.running):
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                print(f"killed: {name} (process {process.pid}) did not end within 60 s")
                process.kill()
                process.wait()

    def start(self, name, command, environment=None):
        """Nothing of whoever runs this reaches a process but PATH and what is given."""
        log = open(self.folder / f"{name}.log", "wb")
        process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)} | (environment or {}))
        log.close()
        self.running.append((name, process))
        return process

    def run(self, name, command, environment=None, seconds=120):
        """To its end, which must be a good one; what it said."""
        process = self.start(name, command, environment)
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"{name} does not end within {seconds} s") from None
        if code != 0:
            raise Failed(f"{name} ends with {code}")
        return self.said(name)

    def said(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def end(self, name, seconds):
        """SIGTERM, and an end of its own with exit code 0 within `seconds`; how long that took."""
        process = dict(self.running)[name]
        if process.poll() is not None:
            raise Failed(f"{name} ended by itself with {process.returncode}")
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"{name} does not drain within {seconds} s") from None
        if code != 0:
            raise Failed(f"{name} ends with {code} after SIGTERM")
        return time.monotonic() - begin

    def tails(self):
        """The last words of all, for a failure."""
        for name, _ in self.running:
            lines = self.said(name).splitlines()[-15:]
            print(f"--- {name}", *lines, sep="\n")


def healthy(port, path="/livez"):
    """By the image's own health check."""
    return subprocess.run(
        ["bash", HEALTHCHECK, path, str(port)], capture_output=True, timeout=10).returncode == 0


def start_kafka(processes):
    """noida-db in Kafka's place, in memory; its port."""
    port = free_port()
    data = processes.folder / "kafka"
    data.mkdir()
    process = processes.start("kafka", ["sh", ROOT / "Tests/Support/noida-db.sh", port, data])
    wait_until(lambda: is_listening(port), 20, "kafka", process)
    return port
