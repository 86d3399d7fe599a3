"""Writes sbom.cdx.json and licences.txt: sbom.py PACKAGE.RESOLVED CHECKOUTS DOCKERFILE OUTPUT

Fails where a licence cannot be told: somebody then reads that text and teaches this file.
"""

import json
import pathlib
import re
import subprocess
import sys
import uuid

# What a licence's text says that no other one does, the more particular first.
TEXTS = [
    ("Apache-2.0 WITH Swift-exception", r"Apache License[\s\S]*Runtime Library Exception"),
    ("Apache-2.0", r"Apache License\s+Version 2\.0"),
    ("MIT", r"Permission is hereby granted, free of charge"),
    ("BSD-3-Clause", r"Redistribution and use[\s\S]*Neither the name"),
    ("BSD-2-Clause", r"Redistribution and use in source and binary forms"),
    ("ISC", r"Permission to use, copy, modify, and(?:/or)? distribute"),
]
# Debian's names for what SPDX has names for; others are given as Debian has them.
DEBIAN = {
    "apache-2.0": "Apache-2.0", "expat": "MIT", "mit": "MIT", "bsd-2-clause": "BSD-2-Clause", "bsd-2": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause", "bsd-3": "BSD-3-Clause", "zlib": "Zlib",
    "gpl-2": "GPL-2.0-only", "gpl-2+": "GPL-2.0-or-later",
    "gpl-3": "GPL-3.0-only", "gpl-3+": "GPL-3.0-or-later", "lgpl-2.1": "LGPL-2.1-only",
    "lgpl-2.1+": "LGPL-2.1-or-later",
    "lgpl-3+": "LGPL-3.0-or-later", "mpl-2.0": "MPL-2.0", "isc": "ISC"}
# Whose text says so in prose.
KNOWN = {
    "libc6": "LGPL-2.1-or-later", "gcc-12-base": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libgcc-s1": "GPL-3.0-or-later WITH GCC-exception-3.1", "libstdc++6": "GPL-3.0-or-later WITH GCC-exception-3.1"}


def swift_runtime(dockerfile):
    """The standard library and Foundation, which the binary carries."""
    version = re.search(r"^FROM swift:([\d.]+)", dockerfile.read_text(), re.M)[1]
    return {"name": "swift", "version": version, "purl": f"pkg:generic/swift@{version}", "kind": "swift",
            "licences": ["Apache-2.0 WITH Swift-exception"]}


def swift_packages(resolved, checkouts):
    for pin in json.loads(resolved.read_text())["pins"]:
        path = re.sub(r"\.git$", "", pin["location"].split("://", 1)[1])
        name = path.rsplit("/", 1)[1]
        yield {
            "name": name, "version": pin["state"]["version"], "purl": f"pkg:swift/{path}@{pin['state']['version']}",
            "licences": [swift_licence(name, checkouts)], "kind": "swift"}


def swift_licence(name, checkouts):
    for path in sorted((checkouts / name).glob("LICEN[CS]E*")):
        text = path.read_text(errors="replace")
        for identifier, pattern in TEXTS:
            if re.search(pattern, text):
                return identifier
    raise SystemExit(f"sbom: cannot tell the licence of {name} in {checkouts / name}")


def dpkg(*arguments):
    done = subprocess.run(["dpkg-query", *arguments], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""


def debian_packages(dockerfile):
    """What the last stage installs, and all that it depends on."""
    last = dockerfile.read_text().rsplit("\nFROM ", 1)[1]
    wanted = re.findall(r"^\s+([a-z0-9.+-]+)=\S+", last, re.M)
    found = {}
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        line = dpkg("-W", "-f", "${Version}\t${Architecture}\t${Depends}, ${Pre-Depends}\n", name).splitlines()
        if not line:
            # An alternative that is not installed, or a virtual package.
            continue
        version, architecture, depends = line[0].split("\t")
        if not version:
            continue
        found[name] = {
            "name": name, "version": version, "kind": "debian", "licences": debian_licences(name),
            "purl": f"pkg:deb/debian/{name}@{version}?arch={architecture}&distro=debian-12"}
        wanted += [re.split(r"[ :(]", part.strip())[0] for group in depends.split(",") for part in group.split("|")
                   if part.strip()]
    return [found[name] for name in sorted(found)]


def debian_licences(name):
    if name in KNOWN:
        return [KNOWN[name]]
    path = pathlib.Path(f"/usr/share/doc/{name}/copyright")
    text = path.read_text(errors="replace") if path.exists() else ""
    names = sorted({found.strip() for found in re.findall(r"^License:\s*(\S.*)$", text, re.M)})
    if not names:
        return ["see /usr/share/doc/" + name + "/copyright"]
    return [DEBIAN.get(found.lower(), found) for found in names]


def licences(texts):
    """As CycloneDX has them: one expression, or several each by its SPDX name or, where it has none, by Debian's."""
    if len(texts) == 1 and " WITH " in texts[0]:
        return [{"expression": texts[0]}]
    spdx = set(DEBIAN.values()) | {name for name, _ in TEXTS}
    return [{"license": {"id" if text in spdx else "name": text}} for text in texts]


def component(package):
    return {
        "type": "library", "bom-ref": package["purl"], "name": package["name"], "version": package["version"],
        "purl": package["purl"], "licenses": licences(package["licences"])}


def main():
    resolved, checkouts, dockerfile, output = map(pathlib.Path, sys.argv[1:])
    packages = [swift_runtime(dockerfile), *swift_packages(resolved, checkouts), *debian_packages(dockerfile)]
    components = [component(package) for package in packages]
    # The same packages make the same number, so that a rebuilt bill is the same file.
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components, sort_keys=True))
    bill = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": f"urn:uuid:{serial}", "version": 1,
        "metadata": {"component": {
            "type": "application", "bom-ref": "search-highlights", "name": "search-highlights",
            "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": components,
        "dependencies": [{"ref": "search-highlights", "dependsOn": [entry["bom-ref"] for entry in components]}]}
    (output / "sbom.cdx.json").write_text(json.dumps(bill, indent=1) + "\n")
    lines = [f"{package['kind']:7} {package['name']:32} {package['version']:24} {'; '.join(package['licences'])}"
             for package in packages]
    (output / "licences.txt").write_text("\n".join(lines) + "\n")
    print(f"sbom: {len(packages)} packages in {output}/sbom.cdx.json and licences.txt")


main()
