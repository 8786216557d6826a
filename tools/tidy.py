#!/usr/bin/env python3
"""tidy: checks of the house's own rules that no compiler knows; prints TAP, one result a rule.

usage: tools/tidy.py [--docs]      --docs: the rules about documents instead of those about code
"""
import os
import re
import subprocess
import sys
import unicodedata

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINES_MAX, TEST_LINES_MAX, FUNCTION_MAX, COLUMNS_MAX = 700, 900, 70, 100

BANNED = {
    "strcpy": "str_copy", "strcat": "buf_add", "sprintf": "str_fmt or snprintf", "vsprintf": "vsnprintf",
    "gets": "fgets", "atoi": "i64_parse", "atol": "i64_parse", "atoll": "i64_parse", "atof": "f64_parse",
    "strtol": "i64_parse", "strtoul": "i64_parse", "strtoll": "i64_parse", "strtoull": "i64_parse",
    "strtod": "f64_parse", "strtok": "str_cut", "strtok_r": "str_cut", "sscanf": "base/num.h",
    "gmtime": "zone_local", "gmtime_r": "zone_local", "localtime": "zone_local", "localtime_r": "zone_local",
    "mktime": "zone_instant", "time": "c->now", "gettimeofday": "c->now", "clock_gettime": "c->now",
    "rand": "getrandom or struct dice", "srand": "struct dice", "system": "nothing: no shells",
    "popen": "nothing: no shells", "alloca": "arena_alloc", "usleep": "a condition variable",
}
# Waiting with a deadline needs the clock of the condition variable.
DEADLINES = {"src/http/server.c", "src/job/job.c", "src/store/query.c", "src/store/store.c"}
# file: calls it may make, and why
ALLOWED = {
    "src/base/clock.c": {"clock_gettime"},             # the one place that asks for the time
    "src/base/num.c": {"strtod"},                      # on a checked, terminated copy
    "src/base/log.c": {"clock_gettime", "gmtime_r"},   # a log line has its own stamp
    "src/store/driver_sqlite.c": {"usleep"},           # SQLite's busy handler has nothing to wait on
}
TESTS_MAY = {"usleep", "clock_gettime", "strtol"}
# Closed lists of words; and what is reached through a parser that has a target.
NO_FUZZ = {"right_parse", "log_level_parse", "method_parse", "entry_parse"}


def files(*endings):
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=TOP,
                            stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
    return sorted(f for f in listed if f.endswith(endings) and os.path.exists(os.path.join(TOP, f)))


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        return f.read()


def columns(line):
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in line)


def bare(text):
    """The code without comments and string contents; line numbers stay."""
    def blank(match):
        kept = match.group(0)
        return '""' if kept[0] in "\"'" else re.sub(r"[^\n]", " ", kept)
    return re.sub(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', blank, text, flags=re.S)


C_FILES = files(".c", ".h")


def rule_rooms():
    """Rooms include only what src/ROOMS lets them."""
    may = {}
    for line in read("src/ROOMS").splitlines():
        if line.strip() and not line.startswith("#"):
            room, others = line.split(":")
            may[room.strip()] = set(others.split())
    for name in C_FILES:
        part = name.split("/")
        if part[0] != "src" or len(part) < 3:
            continue
        room = part[1]
        if room not in may:
            yield f"{name}: the room {room} is not in src/ROOMS"
            continue
        if "*" in may[room] or name.endswith("_api.c"):
            continue
        for n, line in enumerate(read(name).splitlines(), 1):
            found = re.match(r'\s*#include "([a-z0-9_]+)/', line)
            if found and found.group(1) not in may[room] | {room, "base"}:
                yield f"{name}:{n}: {room} may not include {found.group(1)} (src/ROOMS)"


def rule_first_line():
    """A file begins with `/* name -- what it is for. */`."""
    for name in C_FILES:
        first = read(name).split("\n", 1)[0]
        if not first.startswith(f"/* {os.path.basename(name)} -- "):
            yield f"{name}:1: should begin with /* {os.path.basename(name)} -- what it is for. */"


def rule_columns():
    """Lines have at most 100 columns; Chinese characters count two."""
    for name in C_FILES:
        for n, line in enumerate(read(name).split("\n"), 1):
            if columns(line) > COLUMNS_MAX:
                yield f"{name}:{n}: {columns(line)} columns"


def rule_functions():
    """Functions have at most 70 lines."""
    for name in C_FILES:
        begun, head = 0, ""
        lines = read(name).split("\n")
        for n, line in enumerate(lines, 1):
            if line == "{":
                begun, head = n, lines[n - 2]
            elif line == "}" and begun:
                if n - begun - 1 > FUNCTION_MAX:
                    yield f"{name}:{begun}: {n - begun - 1} lines in {head.strip()}"
                begun = 0


def rule_files():
    """Files have at most 700 lines, those of tests 900."""
    for name in C_FILES:
        n = read(name).count("\n")
        if n > (TEST_LINES_MAX if name.startswith("tests/") else LINES_MAX):
            yield f"{name}: {n} lines"


def rule_banned():
    """Calls that have a better form here are not used."""
    call = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
    for name in C_FILES:
        for n, line in enumerate(bare(read(name)).split("\n"), 1):
            for found in call.finditer(line):
                word = found.group(1)
                may = ALLOWED.get(name, set()) | ({"clock_gettime"} if name in DEADLINES else set())
                if name.startswith(("tests/", "bench/")):
                    may = may | TESTS_MAY
                if word not in may:
                    yield f"{name}:{n}: {word}: use {BANNED[word]}"


def rule_unfinished():
    """Nothing is left to be done later in the code."""
    word = re.compile(r"\b(FIX" + r"ME|TO" + r"DO|XX" + r"X|HA" + r"CK)\b")
    for name in files(".c", ".h", ".ts", ".tsx", ".mjs", ".py", ".md"):
        for n, line in enumerate(read(name).split("\n"), 1):
            if word.search(line):
                yield f"{name}:{n}: {word.search(line).group(1)}"


def rule_built():
    """Every C file of src is named in a meson.build."""
    named = "".join(read(f) for f in files("meson.build"))
    for name in C_FILES:
        if name.startswith("src/") and name.endswith(".c") and f"'{os.path.basename(name)}'" not in named \
                and f"/{os.path.basename(name)}'" not in named:
            yield f"{name}: in no meson.build"


def rule_fuzzed():
    """Every parser has a fuzz target."""
    fuzz = "".join(read(f) for f in C_FILES if f.startswith("tests/fuzz/"))
    for name in C_FILES:
        if not (name.startswith("src/") and name.endswith(".h")):
            continue
        for found in re.finditer(r"\b(\w+_parse(?:_\w+)?|json_read|sheet_open|cursor_read)\(", bare(read(name))):
            if found.group(1) not in NO_FUZZ and found.group(1) + "(" not in fuzz:
                yield f"{name}: no target of tests/fuzz calls {found.group(1)}"


def rule_alone():
    """The project speaks of itself alone: no registry hosts, no paths of one machine."""
    words = re.compile(r"/wor" + r"k/|/ho" + r"me/\w|registry\.npm" + r"(?!js)")
    for name in files(".c", ".h", ".ts", ".tsx", ".mjs", ".py", ".md", ".json", "Makefile", "meson.build"):
        if name.endswith("package-lock.json"):
            hosts = set(re.findall(r'"resolved": "https?://([^/"]+)', read(name))) - {"registry.npmjs.org"}
            for host in sorted(hosts):
                yield f"{name}: resolved from {host}"
            continue
        for n, line in enumerate(read(name).split("\n"), 1):
            if words.search(line):
                yield f"{name}:{n}: {words.search(line).group(0)}"


def anchors(text):
    found = set()
    for title in re.findall(r"^#+ +(.*)$", text, flags=re.M):
        title = re.sub(r"[`*]", "", title).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", title).replace(" ", "-"))
    return found


def doc_links():
    """Links between documents lead somewhere."""
    for name in files(".md"):
        text = re.sub(r"```.*?```", "", read(name), flags=re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            full = os.path.normpath(os.path.join(TOP, os.path.dirname(name), path)) if path else os.path.join(TOP, name)
            if not os.path.exists(full):
                yield f"{name}: {target} leads nowhere"
            elif anchor and full.endswith(".md") and anchor not in anchors(read(os.path.relpath(full, TOP))):
                yield f"{name}: {target} has no such heading"


def doc_settings():
    """Every setting is documented in docs/settings.md."""
    text = read("docs/settings.md")
    for name in C_FILES:
        if name.startswith("src/"):
            for found in re.finditer(r'\{\s*(?:\.name = )?"([a-z_.]+)",\s*(?:\.kind = )?SETTING_', read(name)):
                if f"`{found.group(1)}`" not in text:
                    yield f"{name}: setting {found.group(1)} is not in docs/settings.md (make docs)"


def doc_rooms():
    """Every room is in the README's tour."""
    text, chinese = read("README.md"), read("README.zh-CN.md")
    for room in sorted(os.listdir(os.path.join(TOP, "src"))):
        if not os.path.isdir(os.path.join(TOP, "src", room)) or not any(
                f.startswith(f"src/{room}/") and f.endswith(".c") for f in C_FILES):
            continue
        for name, words in (("README.md", text), ("README.zh-CN.md", chinese)):
            if f"src/{room}" not in words:
                yield f"{name}: the tour passes src/{room} by"


def doc_dependencies():
    """Every library the build links is in docs/dependencies.md."""
    text = read("docs/dependencies.md")
    for found in re.findall(r"dependency\('([^']+)'", "".join(read(f) for f in files("meson.build"))):
        if found not in ("threads",) and f"`{found}`" not in text:
            yield f"meson.build: {found} is not in docs/dependencies.md"


CODE = [rule_rooms, rule_first_line, rule_columns, rule_functions, rule_files, rule_banned, rule_unfinished,
        rule_built, rule_fuzzed, rule_alone]
DOCS = [doc_links, doc_settings, doc_rooms, doc_dependencies]


def main():
    rules = DOCS if "--docs" in sys.argv else CODE
    failed = 0
    print(f"1..{len(rules)}")
    for n, rule in enumerate(rules, 1):
        found = list(rule())
        failed += bool(found)
        print(f"{'not ok' if found else 'ok'} {n} - {rule.__name__}: {rule.__doc__}")
        for line in found[:40]:
            print(f"#   {line}")
        if len(found) > 40:
            print(f"#   and {len(found) - 40} more")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
