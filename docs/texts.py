"""Every sentence that people read on the site, by the file that says it: `scripts/texts`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment

from webapp.config import ROOT

OUT = ROOT / "docs" / "texts.md"
HEAD = "# What the site says\n\nWritten by `scripts/texts`, to be read through; … stands for what is put in.\n"
SPOKEN = ("alt", "aria-label", "content", "placeholder", "title")  # attributes that people read or hear
INLINE = ("a", "b", "bdi", "br", "code", "em", "i", "kbd", "span", "strong", "svg", "path", "circle", "rect", "time")
SILENT = ("script", "style", "svg")
WORDS = re.compile(r"[A-Za-z]{2}")
SENTENCE = re.compile(r"[A-Z…“][^\n]* [^\n]*[.?!…:]$")
SCRIPT_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
MARKUP = re.compile(r"=|^[Mm][\d.]+ ")  # attributes, and paths of drawings
HOLE = "…"


class _Page(HTMLParser):
    """Collects the texts of a page, whole though parts of them are links, and the spoken attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = [""]
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        self.silent += tag in SILENT
        self.texts[:-1] += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)
        self.silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts[-1] += data

    def _break(self, tag: str) -> None:
        if tag not in INLINE:
            self.texts.append("")


def write() -> str:
    """All texts, as the file has them."""
    parts = [HEAD]
    for folder, pattern, find in (
        ("templates", "*.html", in_template),
        ("static/js", "*.js", in_script),
        ("webapp", "**/*.py", in_module),
        ("recognizer", "**/*.py", in_module),
    ):
        for path in sorted((ROOT / folder).glob(pattern)):
            if texts := list(dict.fromkeys(find(path.read_text()))):
                lines = "\n".join(f"- {text}" for text in texts)
                parts.append(f"## {path.relative_to(ROOT)}\n\n{lines}\n")
    return "\n".join(parts)


def in_template(source: str) -> Iterator[str]:
    """The texts of a template, and those in what it puts in."""
    page, strings = _Page(), []
    for _, kind, value in Environment(autoescape=True).lex(source):
        if kind in ("data", "variable_begin"):
            page.feed(value if kind == "data" else HOLE)
        elif kind == "string":
            strings.append(ast.literal_eval(value))
    yield from _readable(page.texts)
    yield from (text for text in _readable(strings) if " " in text and not re.search(r"[<%/]", text))


def in_script(source: str) -> Iterator[str]:
    """The sentences in a script."""
    code = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    for quoted, template in SCRIPT_TEXT.findall(code):
        text = re.sub(r"\$\{[^}]*\}", HOLE, quoted or template)
        yield from _sentences(text)


def in_module(source: str) -> Iterator[str]:
    """The sentences in a module that are no docstrings."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = list(ast.walk(tree))
    silent = {id(node.body[0].value) for node in nodes if isinstance(node, documented) and ast.get_docstring(node)}
    silent |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts = (str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
            yield from _sentences("".join(parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield from _sentences(node.value)


def _sentences(text: str) -> Iterator[str]:
    yield from (text for text in _readable([text]) if SENTENCE.match(text))


def _readable(texts: list[str]) -> Iterator[str]:
    for text in texts:
        if WORDS.search(plain := " ".join(text.split())) and not MARKUP.search(plain):
            yield plain


def main() -> None:
    """Write the file."""
    OUT.write_text(write())


if __name__ == "__main__":
    main()
