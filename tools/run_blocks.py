#!/usr/bin/env python3
"""run_blocks: runs the shell blocks of the READMEs that are marked <!-- run -->, as a newcomer would; prints TAP.

A marked block runs with `set -eu` in a temporary folder that has the program as build/koi and the test files under
tests/; blocks of one document share the folder, one after the other.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOCUMENTS = ["README.md", "README.zh-CN.md"]


def blocks(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        text = f.read()
    return re.findall(r"<!-- run -->\s*```sh\n(.*?)```", text, flags=re.S)


def main():
    koi = os.environ.get("KOI", os.path.join(TOP, "build", "koi"))
    found = [(name, block) for name in DOCUMENTS for block in blocks(name)]
    print(f"1..{len(found) + 1}")
    ok = all(any(name == n for n, _ in found) for name in DOCUMENTS)
    print(f"{'ok' if ok else 'not ok'} 1 - each README has a block that is run")
    failed = not ok
    folders = {}
    try:
        for n, (name, block) in enumerate(found, 2):
            if name not in folders:
                folders[name] = tempfile.mkdtemp(prefix="koi-readme-")
                os.mkdir(os.path.join(folders[name], "build"))
                os.symlink(koi, os.path.join(folders[name], "build", "koi"))
                os.symlink(os.path.join(TOP, "tests"), os.path.join(folders[name], "tests"))
            done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", block], cwd=folders[name], text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=120)
            first = block.strip().split("\n")[0]
            print(f"{'not ok' if done.returncode else 'ok'} {n} - {name}: {first}")
            if done.returncode:
                failed = True
                print("\n".join("# " + line for line in done.stdout.splitlines()[-30:]))
    finally:
        for folder in folders.values():
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
