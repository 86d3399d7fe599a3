"""The fleet of the compose file and the one of the units, started without either."""

import re
import subprocess
import sys

from compose_file import IMAGE, STOOD_IN_FOR, Change, Composition
from processes import ROOT, Failed, free_port, get, healthy, is_listening, start_kafka, wait_until
from unit_files import FOLDER, Unit

# noida-db's cooperative rebalances hang when a second member joins.
STAND_IN_SETTINGS = {"HIGHLIGHTS_WORKER_ASSIGNOR": "range"}


class Fleet:
    """What runs: where it serves, and of each role its status port and how long its end may take."""

    def __init__(self):
        self.serve_port = None
        self.status_ports = {}
        self.stop_seconds = {}
        self.kafka = None
        # How the API is told of its store.
        self.store = {}
        self.stand_ins = []
        # Variables that are not as the files have them, and how many there are in all.
        self.changes = []
        self.variables = 0


def await_health(processes, name, process, path, port):
    wait_until(lambda: healthy(port, path), 60, f"{name}: {path} on port {port}", process)


# MARK: compose


def compose(processes, binary):
    fleet = Fleet()
    composition = Composition(processes.folder)
    composition.ports[("kafka", 9092)] = start_kafka(processes)
    fleet.kafka = f"127.0.0.1:{composition.ports['kafka', 9092]}"
    for name in composition.roles():
        if name in STOOD_IN_FOR:
            fleet.stand_ins.append(f"{STOOD_IN_FOR[name]} in the place of {name}")
            if name == "valkey":
                start_valkey(processes, composition)
            continue
        service = composition.services[name]
        if service["image"] != IMAGE:
            raise Failed(f"compose.yaml: {name} runs {service['image']}, which has no stand-in here")
        if "entrypoint" in service:
            run_secrets(processes, composition, name)
            continue
        once = service.get("restart") == "no"
        for replica in range(1, service.get("deploy", {}).get("replicas", 1) + 1):
            start_service(processes, composition, fleet, binary, name, replica, once)
    fleet.serve_port = composition.port("serve", 8080)
    fleet.changes, fleet.variables = composition.changes, composition.variables
    return fleet


def start_service(processes, composition, fleet, binary, name, replica, once):
    environment = composition.environment(name, replica)
    if name == "summarizer":
        environment |= STAND_IN_SETTINGS
    process_name = f"{name}-{replica}" if replica > 1 else name
    command = [binary, *composition.command(name)]
    if once:
        processes.run(process_name, command, environment)
        return
    process = processes.start(process_name, command, environment)
    path, port = composition.health(name, environment)
    await_health(processes, process_name, process, path, port)
    fleet.stop_seconds[process_name] = int(
        composition.services[name].get("stop_grace_period", "10s").removesuffix("s"))
    fleet.store |= {key: value for key, value in environment.items() if name == "serve" and "_STORE_" in key}
    if "HIGHLIGHTS_STATUS_PORT" in environment:
        fleet.status_ports[process_name] = int(environment["HIGHLIGHTS_STATUS_PORT"])


def run_secrets(processes, composition, name):
    """The script that the service runs, in the folder of its volume; addresses in what it wrote become loopback's."""
    words = [composition.local(name, word) for word in composition.services[name]["entrypoint"]]
    processes.run(name, words)
    for path in composition.volume("secrets").glob("*/*"):
        text = path.read_text()
        local = composition.local(name, text)
        if local != text:
            path.chmod(0o600)
            path.write_text(local)


def start_valkey(processes, composition):
    words = composition.command("valkey")
    port = composition.port("valkey", 6379)
    # Debian's Redis reads the same settings.
    process = processes.start(
        "valkey", ["redis-server", *words[1:], "--port", str(port), "--bind", "127.0.0.1"])
    wait_until(lambda: is_listening(port), 20, "valkey", process)


# MARK: systemd


def systemd(processes, binary):
    fleet = Fleet()
    fleet.stand_ins += ["noida-db in the place of Kafka", "redis-server", "highlights gateway in the gateway's place"]
    fleet.kafka, store = f"127.0.0.1:{start_kafka(processes)}", free_port()
    process = processes.start("store", [
        "redis-server", "--port", str(store), "--bind", "127.0.0.1", "--requirepass", "of-this-proof",
        "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--dir", str(processes.folder)])
    wait_until(lambda: is_listening(store), 20, "store", process)
    gateway = start_gateway(processes, binary)
    secrets = {
        "gateway-api-key": "key-of-this-proof", "admin-token": "admin-token-of-this-proof",
        "store-url": f"redis://:of-this-proof@127.0.0.1:{store}/0"}
    addresses = {
        "HIGHLIGHTS_KAFKA_BOOTSTRAP_SERVERS": fleet.kafka, "HIGHLIGHTS_GATEWAY_BASE_URL": gateway,
        "HIGHLIGHTS_STATUS_HOST": "127.0.0.1"}

    processes.run(
        "topics", [binary, "topics", "apply", "--yes", "--kafka", fleet.kafka, "--file", ROOT / "Config/topics.yaml"])
    units = [Unit("highlights-summarizer@.service", instance=str(free_port())) for _ in range(2)]
    units += [Unit("highlights-cache.service"), Unit("highlights-serve.service")]
    for number, unit in enumerate(units):
        start_unit(processes, fleet, binary, unit, number, secrets, addresses)
    return fleet


def start_unit(processes, fleet, binary, unit, number, secrets, addresses):
    name = re.sub(r"^highlights-|@?\.service$", "", unit.name) + ("" if number != 1 else "-2")
    credentials = processes.folder / "credentials" / name
    credentials.mkdir(parents=True)
    for secret, source in unit.credentials().items():
        if source != f"/etc/highlights/secrets/{secret}":
            raise Failed(f"{unit.name}: LoadCredential takes {secret} from {source}")
        (credentials / secret).write_text(secrets[secret] + "\n")
    environment = unit.environment(credentials)
    for key, value in environment.items():
        new = addresses.get(key, value).replace("/etc/highlights/", f"{ROOT}/Config/")
        if key in ("HIGHLIGHTS_SERVE_PORT", "HIGHLIGHTS_STATUS_PORT") and value not in unit.specifiers.values():
            new = str(free_port())
        fleet.variables += 1
        if new != value:
            fleet.changes.append(Change(name, key, value, new))
        environment[key] = new
    if name.startswith("summarizer"):
        environment |= STAND_IN_SETTINGS
    process = processes.start(name, confined(unit, unit.command(binary)), environment)
    port = int(environment["HIGHLIGHTS_STATUS_PORT"])
    await_health(processes, name, process, "/livez", port)
    fleet.status_ports[name] = port
    fleet.stop_seconds[name] = unit.stop_seconds()
    fleet.store |= {key: value for key, value in environment.items() if name == "serve" and "_STORE_" in key}
    if "HIGHLIGHTS_SERVE_PORT" in environment:
        fleet.serve_port = int(environment["HIGHLIGHTS_SERVE_PORT"])


def confined(unit, command):
    """Under the unit's system call filter, where this machine can."""
    has = subprocess.run(["/usr/bin/python3", "-c", "import seccomp"], capture_output=True).returncode == 0
    if not has:
        print("note: without python3-seccomp the units' system call filter is not applied", file=sys.stderr)
        return command
    return ["/usr/bin/python3", ROOT / "Tests/Deploy/confine.py", FOLDER / unit.name, *command]


def start_gateway(processes, binary):
    """The simulator in the gateway's place; its URL."""
    port = free_port()
    process = processes.start("gateway", [binary, "gateway", "--port", str(port)])
    wait_until(lambda: get(f"http://127.0.0.1:{port}/health")[0] == 200, 20, "gateway", process)
    return f"http://127.0.0.1:{port}/v1"
