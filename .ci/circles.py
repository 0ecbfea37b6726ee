#!/usr/bin/env python3
"""Finds circles of files: A names something that B defines, and B, itself or through others, something that A defines.

Declaring a module and re-exporting what is in it is no use of it; whoever names what is re-exported uses the file that
defines it. Tests inside a file (`#[cfg(test)] mod tests`) may use what is built upon the file, and do not count.
Methods are not seen: a file that calls one is tied to the file of its type at most.

Prints each circle with the names that tie it, and fails then.

usage: circles.py [FOLDER]    of the workspace, else the one above this file
       circles.py --self-test
"""

import collections
import pathlib
import re
import sys
import tempfile

ROOTS = (
    "crates/*/src/lib.rs", "crates/*/src/main.rs", "crates/*/tests/*/main.rs", "crates/*/benches/*.rs",
    "tests/src/lib.rs", "tests/*/main.rs", "tests/*/*/main.rs", "tests/benches/*.rs",
)

# Comments, strings and characters.
SILENT = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | b?r(\#*)".*?"\1 | b?"(?:\\.|[^"\\])*" | b?'(?:\\(?:u\{\w+\}|x\w\w|.)|[^'\\])'""",
    re.DOTALL | re.VERBOSE,
)
TOKEN = re.compile(r"'?\w+|\$\w+|::|\S")
DEFINING = {"fn", "struct", "enum", "union", "trait", "type", "const", "static"}
CFG_TEST = "# [ cfg ( test ) ]".split()
QUALIFIED = ("crate", "self", "super")


class Module:
    """What a module declares and imports, and the paths that its code names."""

    def __init__(self, file, parent=None):
        self.file, self.parent = file, parent
        self.root = parent.root if parent else self
        self.children, self.imports, self.globs = {}, {}, []
        self.defined, self.named = set(), []

    def walk(self):
        yield self
        for child in self.children.values():
            yield from child.walk()


def read(file, folder, parent=None):
    """The module of a file, with all below it, whose files lie in the folder."""
    module = Module(file, parent)
    fill(module, TOKEN.findall(SILENT.sub(" 0 ", file.read_text())), folder)
    return module


def fill(module, tokens, folder):
    at = 0
    while at < len(tokens):
        match tokens[at:at + 3]:
            case ["mod", name, ";"]:
                if (file := next(filter(pathlib.Path.exists, (folder / f"{name}.rs", folder / name / "mod.rs")), None)):
                    module.children[name] = read(file, folder / name, module)
                at += 3
            case ["mod", name, "{"]:
                end = closing(tokens, at + 2)
                if tokens[max(at - len(CFG_TEST), 0):at] != CFG_TEST:
                    module.children[name] = Module(module.file, module)
                    fill(module.children[name], tokens[at + 3:end], folder / name)
                at = end
            case ["use", *_]:
                end = tokens.index(";", at)
                for path, name in imported(tokens[at + 1:end]):
                    if name == "*":
                        module.globs.append(path)
                    elif name == "_":
                        module.named.append(path)
                    else:
                        module.imports[name] = path
                at = end
            case ["macro_rules", "!", name]:
                module.defined.add(name)
                at += 3
            case _:
                at = name_path(module, tokens, at)


def closing(tokens, at):
    """Where the brace that opens there is closed."""
    depth = 0
    for end in range(at, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[end], 0)
        if depth == 0:
            return end
    return len(tokens)


def name_path(module, tokens, at):
    """Takes up the path or name there, if there is one; gives what comes after it."""
    path = []
    if tokens[at - 1:at] != ["."]:
        path = ["crate"] if tokens[at] == "$crate" else re.findall(r"^[A-Za-z_]\w*", tokens[at])
    if tokens[at - 1:at] and tokens[at - 1] in DEFINING:
        module.defined.update(path)
    while path and tokens[at + 1:at + 2] == ["::"] and re.match(r"[A-Za-z_]", "".join(tokens[at + 2:at + 3])):
        path.append(tokens[at + 2])
        at += 2
    if path:
        module.named.append(path)
    return at + 1


def imported(tokens, prefix=()):
    """Each path that a `use` names, and the name that it gives to it."""
    path = list(prefix)
    for at, token in enumerate(tokens):
        if token == "{":
            for part in parts(tokens[at + 1:closing(tokens, at)]):
                yield from imported(part, path)
            return
        if token in ("*", "as"):
            yield path, "*" if token == "*" else tokens[at + 1]
            return
        if token != "::" and not (token == "self" and path):
            path.append(token)
    if tokens:
        yield path, path[-1]


def parts(tokens):
    """Split at the commas that are in no braces."""
    depth, part = 0, []
    for token in tokens:
        depth += {"{": 1, "}": -1}.get(token, 0)
        if token == "," and depth == 0:
            yield part
            part = []
        else:
            part.append(token)
    yield part


def find(module, path, seen=frozenset()):
    """The module that a path names or that defines what it names, and this name; nothing for what is of another crate."""
    match path:
        case ["crate", *rest]:
            return within(module.root, rest, True, seen)
        case ["self", *rest]:
            return within(module, rest, True, seen)
        case _:
            return within(module, path, False, seen)


def within(module, path, certain, seen):
    """The same from inside a module. What it certainly has, but not in its text, is made by a macro there."""
    if not path:
        return module, None
    first, *rest = path
    if first == "super":
        return within(module.parent, rest, True, seen) if module.parent else None
    if first in module.children and rest:
        return within(module.children[first], rest, True, seen)
    if first in module.imports and (module, first) not in seen:
        return find(module, [*module.imports[first], *rest], seen | {(module, first)})
    if first in module.children:
        return module.children[first], None
    if first in module.defined:
        return module, first
    for glob in module.globs:
        source = find(module, glob, seen | {(module, first)}) if (module, first) not in seen else None
        if source and (found := within(source[0], path, False, seen | {(module, first)})):
            return found
    return (module, first) if certain else None


def arrows(root):
    """From file to file, with the names. A name alone that is a module's may be anything else, too."""
    found = collections.defaultdict(lambda: collections.defaultdict(set))
    for module in root.walk():
        for path in module.named:
            owner = find(module, path)
            if owner and owner[0].file != module.file and (owner[1] or len(path) > 1):
                found[module.file][owner[0].file].add(owner[1] or path[-1])
    return found


def circles(found):
    """The sets of files that all reach each other: strongly connected components."""
    reached = {}
    for file in found:
        reached[file], ahead = set(), [file]
        while ahead:
            new = found.get(ahead.pop(), {}).keys() - reached[file]
            reached[file] |= new
            ahead += new
    together = {frozenset(b for b in reach if a in reached.get(b, ())) for a, reach in reached.items()}
    return sorted(sorted(files) for files in together if files)


def check(folder):
    """What is wrong with a workspace, a line each."""
    lines = []
    for root in sorted(root for pattern in ROOTS for root in folder.glob(pattern)):
        found = arrows(read(root, root.parent))
        for files in circles(found):
            name = {file: file.relative_to(folder).as_posix() for file in files}
            lines.append("a circle of files:")
            for a in files:
                ties = (b for b in files if b in found[a])
                lines += (f"  {name[a]} -> {name[b]}: {', '.join(sorted(found[a][b]))}" for b in ties)
    return lines


def workspace(folder, files):
    for name, text in files.items():
        file = pathlib.Path(folder, "crates/made-up/src", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return pathlib.Path(folder)


# What is no circle: a parent that declares and re-exports, a name that is taken from it, tests, other crates, words in texts.
SOUND = {
    "lib.rs": "mod a; mod b; mod config; pub use a::{A, of}; pub use config::Settings;",
    "a.rs": """
        mod kept;
        pub use self::kept::Kept;
        pub struct A;
        pub fn of() -> &'static str { "crate::b::B" /* crate::b::B */ }
        #[cfg(test)]
        mod tests { use crate::b::B; }""",
    "a/kept.rs": "use std::fmt; pub struct Kept; impl Kept { fn b(&self) -> char { '{' } }",
    "b.rs": "use crate::{A, a::Kept}; pub struct B(A, Kept); impl B { fn kept(&self) { self.a.config() } }",
    "config.rs": "use config::Config; mod load; pub use load::load; pub struct Settings(Config);",
    "config/load.rs": "use super::Settings; use crate::b; pub fn load() -> Settings { b::B }",
}

# Each makes one circle of the sound ones, of these files.
CIRCLES = [
    ({"a.rs": "mod kept; use kept::Kept; pub fn of() -> Kept {}", "a/kept.rs": "pub struct Kept(super::Own);"},
     ["a.rs", "a/kept.rs"]),
    ({"a.rs": "pub mod kept; pub use kept::Kept; pub struct A; fn of() { crate::b::B }"}, ["a.rs", "b.rs"]),
    ({"a.rs": "pub mod kept; pub use kept::Kept; pub struct A;", "a/kept.rs": "use crate::b; pub struct Kept(b::B);"},
     ["a/kept.rs", "b.rs"]),
    ({"config.rs": "mod load; use load::load; pub struct Settings; fn all() { load() }"}, ["config.rs", "config/load.rs"]),
    ({"config.rs": "mod load; pub use load::load; pub struct Settings; fn all() { load() }"},
     ["config.rs", "config/load.rs"]),
    ({"config.rs": "mod load; pub struct Settings; fn all() { self::load::load() }",
      "config/load.rs": "use super::*; fn load() -> Settings {}"}, ["config.rs", "config/load.rs"]),
]


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        found = check(workspace(folder, SOUND))
        assert not found, found
    for files, expected in CIRCLES:
        with tempfile.TemporaryDirectory() as folder:
            made = workspace(folder, SOUND | files)
            found = check(made)
            files = sorted({line.split()[0].removeprefix("crates/made-up/src/") for line in found if " -> " in line})
            assert found.count("a circle of files:") == 1 and files == expected, (expected, found)


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        sys.exit()
    wrong = check(pathlib.Path(sys.argv[1]) if sys.argv[1:] else pathlib.Path(__file__).parent.parent)
    sys.exit("\n".join(wrong) or None)
