"""What Deploy/systemd's units would start, as systemd reads them: settings in order, specifiers, credentials."""

import re
import shlex

from processes import ROOT

FOLDER = ROOT / "Deploy/systemd"


class Unit:
    """One service of a unit file; `instance` is what stands behind the @ of its name."""

    def __init__(self, name, instance="", host="host"):
        self.name = name
        self.specifiers = {"%i": instance, "%H": host, "%%": "%"}
        self.settings = []
        section = None
        for line in (FOLDER / name).read_text().splitlines():
            line = line.strip()
            if line.startswith("["):
                section = line
            elif line and not line.startswith(("#", ";")) and section == "[Service]":
                key, value = line.split("=", 1)
                self.settings.append((key, value))

    def all(self, key):
        return [value for name, value in self.settings if name == key]

    def expand(self, text, credentials):
        specifiers = self.specifiers | {"%d": str(credentials)}
        return re.sub(r"%.", lambda m: specifiers[m[0]], text)

    def environment(self, credentials):
        """The variables of files and of the unit: a file counts over the unit, a later line over an earlier one."""
        result = {}
        for value in self.all("Environment"):
            for assignment in shlex.split(self.expand(value, credentials)):
                key, text = assignment.split("=", 1)
                result[key] = text
        for path in self.all("EnvironmentFile"):
            # /etc/highlights/NAME.env is installed from here.
            for line in (FOLDER / path.rsplit("/", 1)[1]).read_text().splitlines():
                if line.strip() and not line.startswith(("#", ";")):
                    key, text = line.split("=", 1)
                    result[key] = text
        return result

    def credentials(self):
        """Names of the secrets that the unit is handed, and where it takes them from."""
        return dict(value.split(":", 1) for value in self.all("LoadCredential"))

    def command(self, binary):
        (line,) = self.all("ExecStart")
        words = shlex.split(line)
        assert words[0] == "/usr/local/bin/highlights", line
        return [str(binary), *words[1:]]

    def stop_seconds(self):
        (value,) = self.all("TimeoutStopSec")
        return int(value)
