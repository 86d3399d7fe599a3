"""What Deploy/compose/compose.yaml would start, as processes of this machine.

Host names become loopback addresses, ports free ones, mounts folders here; everything else stays as it is there.
"""

import dataclasses
import re
import shlex

import yaml

from processes import ROOT, free_port

FILE = ROOT / "Deploy/compose/compose.yaml"
IMAGE = "search-highlights:local"
# What else the composition runs: each has a stand-in or is no part of a search.
STOOD_IN_FOR = {
    "kafka": "noida-db", "litellm": "highlights gateway, by the service simulator", "valkey": "redis-server"}
LEFT_OUT = {"prometheus", "grafana"}


@dataclasses.dataclass
class Change:
    """A variable that is not what the files say."""

    process: str
    key: str
    value: str
    here: str


class Composition:
    def __init__(self, folder):
        self.folder = folder
        self.services = yaml.safe_load(FILE.read_text())["services"]
        self.ports = {}
        self.changes = []
        self.variables = 0

    def roles(self):
        """The services of the project's own image, each after all that it depends on."""
        order, left = [], {name: service for name, service in self.services.items() if name not in LEFT_OUT}
        while left:
            ready = [name for name, service in left.items() if not set(service.get("depends_on", {})) & set(left)]
            if not ready:
                raise ValueError(f"depends_on goes in circles: {sorted(left)}")
            for name in ready:
                order.append(name)
                del left[name]
        return order

    def port(self, name, port):
        """The loopback port that stands for one of a service."""
        # LiteLLM is stood in for by the model behind it.
        if (name, port) == ("litellm", 4000):
            name, port = "simulator", 8081
        return self.ports.setdefault((name, port), free_port())

    def mount(self, service):
        """Where what is mounted in a service is here."""
        places = {"/etc/highlights": ROOT / "Config"}
        for volume in self.services[service].get("volumes", []):
            if isinstance(volume, str):
                source, target = volume.split(":")[:2]
                places[target] = (FILE.parent / source).resolve() if source.startswith(".") else self.volume(source)
            else:
                place = self.volume(volume["source"])
                places[volume["target"]] = place / volume["volume"]["subpath"]
        return places

    def volume(self, name):
        place = self.folder / "volumes" / name
        place.mkdir(parents=True, exist_ok=True)
        return place

    def local(self, service, text):
        """Text of a service with this machine's addresses and paths."""
        names = "|".join(map(re.escape, self.services))
        new = re.sub(
            rf"\b({names}):(\d+)\b", lambda m: f"127.0.0.1:{self.port(m[1], int(m[2]))}", text)
        for target, place in sorted(self.mount(service).items(), key=lambda pair: -len(pair[0])):
            new = re.sub(rf"(?<![\w/]){re.escape(target)}(?=/|$)", str(place), new)
        return new

    def environment(self, service, replica=1):
        """A service's variables; ports of its own are free ones."""
        result = {}
        for key, value in (self.services[service].get("environment") or {}).items():
            value = str(value)
            new = self.local(service, value)
            if new == "0.0.0.0":
                new = "127.0.0.1"
            if key.endswith("_PORT"):
                own = service if replica == 1 else f"{service}-{replica}"
                new = str(self.port(own, int(value)))
            self.variables += 1
            if new != value:
                self.changes.append(Change(service, key, value, new))
            result[key] = new
        return result

    def command(self, service):
        command = self.services[service]["command"]
        words = shlex.split(command) if isinstance(command, str) else command
        return [self.local(service, word) for word in words]

    def health(self, service, environment):
        """The path and port that a service's health check asks."""
        check = self.services[service].get("healthcheck", {})
        if check.get("disable"):
            return None
        words = check.get("test", ["CMD", "healthcheck"])[1:]
        path = words[1] if len(words) > 1 else "/livez"
        port = self.port(service, int(words[2])) if len(words) > 2 else environment["HIGHLIGHTS_STATUS_PORT"]
        return path, int(port)
