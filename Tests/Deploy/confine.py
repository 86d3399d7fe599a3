"""Runs a command under the system call filter of a unit: confine.py UNIT-FILE COMMAND...

What SystemCallFilter, RestrictAddressFamilies and MemoryDenyWriteExecute refuse, the kernel refuses here too, by the
lists of this machine's systemd. Needs Debian's python3-seccomp, so its interpreter is /usr/bin/python3.
"""

import os
import pathlib
import re
import socket
import subprocess
import sys

import seccomp

PROT_WRITE, PROT_EXEC = 2, 4


def settings(path, key):
    return [line.split("=", 1)[1].split() for line in pathlib.Path(path).read_text().splitlines()
            if line.startswith(f"{key}=")]


def calls(name, seen=None):
    """The system calls of a set such as @system-service, the sets in it included."""
    seen = seen if seen is not None else {}
    if not seen:
        text = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], capture_output=True, text=True,
                              check=True).stdout
        for block in re.split(r"\n(?=@)", re.sub(r"\x1b\[[0-9;]*m", "", text)):
            lines = [line.strip() for line in block.splitlines() if line.strip() and not line.strip().startswith("#")]
            if lines and lines[0].startswith("@"):
                seen[lines[0]] = lines[1:]
    result = set()
    for entry in seen[name]:
        result |= calls(entry, seen) if entry.startswith("@") else {entry}
    return result


def allowed(unit):
    result = set()
    for words in settings(unit, "SystemCallFilter"):
        removes = words[0].startswith("~")
        words[0] = words[0].lstrip("~")
        for word in words:
            named = calls(word) if word.startswith("@") else {word}
            result = result - named if removes else result | named
    # What systemd allows always, so that a process can be started at all.
    return result | calls("@default") | {"execve", "exit", "exit_group"}


def confine(unit):
    only = seccomp.SyscallFilter(defaction=seccomp.ERRNO(1))
    families = [getattr(socket, name) for (words,) in [settings(unit, "RestrictAddressFamilies")] for name in words]
    for call in sorted(allowed(unit)):
        try:
            number = seccomp.resolve_syscall(seccomp.Arch(), call)
        except ValueError:
            continue
        if number < 0:
            continue
        if call == "socket":
            for family in families:
                only.add_rule(seccomp.ALLOW, call, seccomp.Arg(0, seccomp.EQ, family))
        elif call in ("mmap", "mprotect", "pkey_mprotect"):
            # Writable and executable at once is refused; made executable afterwards too.
            both = PROT_WRITE | PROT_EXEC
            if call == "mmap":
                for bits in (0, PROT_WRITE, PROT_EXEC):
                    only.add_rule(seccomp.ALLOW, call, seccomp.Arg(2, seccomp.MASKED_EQ, both, bits))
            else:
                only.add_rule(seccomp.ALLOW, call, seccomp.Arg(2, seccomp.MASKED_EQ, PROT_EXEC, 0))
        else:
            only.add_rule(seccomp.ALLOW, call)
    only.load()


confine(sys.argv[1])
os.execv(sys.argv[2], sys.argv[2:])
