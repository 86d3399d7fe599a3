"""Rendered Kubernetes manifests beyond their schemas: manifests.py FILE... (each the output of `kubectl kustomize`)

Pods that are hardened, probed, bounded and given time to drain; references that lead somewhere; KEDA's objects, whose
schema no package carries.
"""

import pathlib
import re
import sys

from findings import DEPLOY, ROOT, Findings, check_variables, documents, grace_needed, yaml

SCALED = {
    "scaleTargetRef": dict, "triggers": list, "advanced": dict, "pollingInterval": int, "cooldownPeriod": int,
    "minReplicaCount": int, "maxReplicaCount": int, "idleReplicaCount": int, "fallback": dict,
    "initialCooldownPeriod": int}
TRIGGERS = {
    "kafka": ({"bootstrapServers", "consumerGroup", "topic", "lagThreshold"},
              {"activationLagThreshold", "offsetResetPolicy", "allowIdleConsumers", "limitToPartitionsWithLag",
               "excludePersistentLag", "scaleToZeroOnInvalidOffset", "version", "partitionLimitation", "sasl", "tls"}),
    "prometheus": ({"serverAddress", "query", "threshold"},
                   {"activationThreshold", "ignoreNullValues", "namespace", "unsafeSsl", "authModes"}),
}


class Manifests:
    def __init__(self, path, findings):
        self.place, self.findings = path.stem, findings
        self.all = documents(path.read_text())
        self.by_kind = {}
        for document in self.all:
            self.by_kind.setdefault(document["kind"], {})[document["metadata"]["name"]] = document

    def add(self, document, text):
        self.findings.add(f"{self.place}: {document['kind']}/{document['metadata']['name']}", text)

    def of(self, *kinds):
        return [document for kind in kinds for document in self.by_kind.get(kind, {}).values()]

    def check(self):
        for document in self.of("Deployment", "StatefulSet", "Job"):
            self.check_pod(document, document["spec"]["template"])
        for document in self.of("Service"):
            self.check_selected(document, document["spec"]["selector"])
        for document in self.of("PodDisruptionBudget"):
            self.check_selected(document, document["spec"]["selector"]["matchLabels"])
        for document in self.of("ScaledObject"):
            self.check_scaled(document)

    def check_selected(self, document, labels):
        pods = [owner["spec"]["template"]["metadata"]["labels"] for owner in self.of("Deployment", "StatefulSet")]
        if not any(labels.items() <= pod.items() for pod in pods):
            self.add(document, f"selects no pod: {labels}")

    def check_pod(self, document, template):
        pod = template["spec"]
        context = pod.get("securityContext", {})
        if not context.get("runAsNonRoot") or context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            self.add(document, "pod wants runAsNonRoot and seccompProfile RuntimeDefault")
        if pod.get("automountServiceAccountToken") is not False:
            self.add(document, "pod wants automountServiceAccountToken: false")
        if pod.get("serviceAccountName") not in self.by_kind.get("ServiceAccount", {}):
            self.add(document, f"there is no service account {pod.get('serviceAccountName')}")
        if pod.get("enableServiceLinks") is not False:
            self.add(document, "service links would look like settings: enableServiceLinks: false")
        for container in pod["containers"]:
            self.check_container(document, pod, container)
        self.check_volumes(document, pod)

    def check_container(self, document, pod, container):
        context = container.get("securityContext", {})
        if (context.get("allowPrivilegeEscalation") is not False or not context.get("readOnlyRootFilesystem")
                or context.get("capabilities", {}).get("drop") != ["ALL"]):
            self.add(document, "container wants no privileges, a read-only root and capabilities dropped")
        resources = container.get("resources", {})
        if "memory" not in resources.get("limits", {}) or {"cpu", "memory"} - set(resources.get("requests", {})):
            self.add(document, "container wants a memory limit, and requests for cpu and memory")
        if container["image"].endswith(":latest") or ":" not in container["image"].rsplit("/", 1)[-1]:
            self.add(document, f"image {container['image']} names no version")
        if document["kind"] != "Job" and {"livenessProbe", "readinessProbe"} - set(container):
            self.add(document, "container wants liveness and readiness probes")
        ports = {port["name"] for port in container.get("ports", [])}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            port = container.get(probe, {}).get("httpGet", {}).get("port", next(iter(ports), None))
            if port not in ports and ports:
                self.add(document, f"{probe} asks port {port}, which the container does not name")
        variables = self.variables(document, container)
        check_variables(self.findings, f"{self.place}: {document['metadata']['name']}", variables)
        needed = grace_needed(container["args"][0], variables)
        needed += container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        grace = pod.get("terminationGracePeriodSeconds", 30)
        if document["kind"] != "Job" and grace <= needed:
            self.add(document, f"terminationGracePeriodSeconds {grace} must exceed {needed:.0f}")

    def variables(self, document, container):
        result = {}
        for source in container.get("envFrom", []):
            name = source["configMapRef"]["name"]
            if name not in self.by_kind.get("ConfigMap", {}):
                self.add(document, f"there is no ConfigMap {name}")
                continue
            result.update(self.by_kind["ConfigMap"][name]["data"])
        result.update({entry["name"]: entry.get("value", "") for entry in container.get("env", [])})
        return result

    def check_volumes(self, document, pod):
        volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
        mounted = {mount["name"]: mount["mountPath"] for container in pod["containers"]
                   for mount in container.get("volumeMounts", [])}
        for name in mounted.keys() ^ volumes.keys():
            self.add(document, f"volume {name} is mounted or declared, not both")
        for volume in volumes.values():
            name = volume.get("configMap", {}).get("name")
            if name and name not in self.by_kind.get("ConfigMap", {}):
                self.add(document, f"there is no ConfigMap {name}")
        for container in pod["containers"]:
            for key, value in self.variables(document, container).items():
                if key.endswith("_FILE") and value.startswith("/run/secrets/"):
                    if not any(value.startswith(path + "/") for path in mounted.values()):
                        self.add(document, f"{key}={value} is not mounted")

    def check_scaled(self, document):
        spec = document["spec"]
        for key, value in spec.items():
            if not isinstance(value, SCALED.get(key, ())):
                self.add(document, f"spec.{key} is unknown or of another type")
        target = spec["scaleTargetRef"]
        if target["name"] not in self.by_kind.get(target["kind"], {}):
            self.add(document, f"scales no {target['kind']}/{target['name']}")
        elif "replicas" in self.by_kind[target["kind"]][target["name"]]["spec"]:
            self.add(document, "what it scales must not name replicas, or each apply sets them back")
        names = {trigger.get("name") for trigger in spec["triggers"]}
        for trigger in spec["triggers"]:
            needed, other = TRIGGERS[trigger["type"]]
            metadata = trigger["metadata"]
            for key in needed - metadata.keys():
                self.add(document, f"trigger {trigger['type']} lacks {key}")
            for key, value in metadata.items():
                if key not in needed | other or not isinstance(value, str):
                    self.add(document, f"trigger {trigger['type']}: {key} is unknown or no text")
            reference = trigger.get("authenticationRef", {}).get("name")
            if reference and reference not in self.by_kind.get("TriggerAuthentication", {}):
                self.add(document, f"there is no TriggerAuthentication {reference}")
        modifiers = spec.get("advanced", {}).get("scalingModifiers", {})
        unknown = set(re.findall(r"[A-Za-z_]\w*", modifiers.get("formula", ""))) - names
        if unknown:
            self.add(document, f"the formula names no trigger: {sorted(unknown)}")
        thresholds = {trigger["metadata"].get("lagThreshold") for trigger in spec["triggers"]} - {None}
        if modifiers and thresholds != {modifiers.get("target")}:
            self.add(document, f"target {modifiers.get('target')} must be the lagThreshold {thresholds}")
        topics = yaml.safe_load((ROOT / "Config/topics.yaml").read_text())["topics"]
        capacity = max(topic["partitions"] for topic in topics)
        if spec["maxReplicaCount"] > capacity:
            self.add(document, f"maxReplicaCount exceeds the {capacity} partitions")


def check_topics(findings):
    """Production's topics are the project's own, with more copies."""
    def plain(path):
        topics = yaml.safe_load(path.read_text())["topics"]
        for topic in topics:
            topic.pop("replication")
            topic["config"] = {key: value for key, value in topic.get("config", {}).items()
                               if key != "min.insync.replicas"}
        return topics

    own = DEPLOY / "kubernetes/overlays/production/topics.yaml"
    if plain(own) != plain(ROOT / "Config/topics.yaml"):
        findings.add("production/topics.yaml", "differs from Config/topics.yaml in more than copies")


findings = Findings()
for argument in sys.argv[1:]:
    Manifests(pathlib.Path(argument), findings).check()
check_topics(findings)
findings.end()
