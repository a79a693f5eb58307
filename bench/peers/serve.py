"""Answers benchmark rounds over stdin and stdout, so that a harness can alternate them with its own.

Each line on stdin names a round; the answer is one JSON line, {"value": ...} or {"error": ...}. Between rounds the
process sleeps in readline. With --list it prints the names of its rounds; with --all it runs each three times alone.
"""

import json
import os
import statistics
import sys
import time

import torch


def rate(step, seconds=1.0, warm=0.15):
    """Calls of step() per second over at least `seconds`, after `warm` seconds that are not counted."""
    _run(step, warm)
    count, elapsed = _run(step, seconds)
    return count / elapsed


def _run(step, seconds):
    count, start = 0, time.perf_counter()
    while True:
        step()
        count += 1
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return count, elapsed


def peak_megabytes():
    """The largest resident size of this process so far, in MB (10^6 bytes)."""
    # ru_maxrss starts at the size of the process that spawned this one; VmHWM does not.
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024 / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def serve(rounds):
    """Serves `rounds`, a dict from name to a function that does one timed round and returns its value."""
    if "--list" in sys.argv:
        print("\n".join(rounds))
        return
    if "--all" in sys.argv:
        for name, run in rounds.items():
            values = [run() for _ in range(3)]
            print(json.dumps({"name": name, "median": statistics.median(values), "rounds": values}), flush=True)
        return
    # What libraries print goes to stderr; stdout carries answers only.
    answers, sys.stdout = sys.stdout, sys.stderr
    about = {"torch": torch.__version__, "threads": torch.get_num_threads(), "rounds": list(rounds)}
    print(json.dumps(about), file=answers, flush=True)
    for line in sys.stdin:
        try:
            answer = {"value": rounds[line.strip()]()}
        except Exception as error:  # an answer is owed also after an error
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)
