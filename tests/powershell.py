# SPDX-License-Identifier: GPL-2.0-or-later
"""PowerShell parsed by a grammar that others keep, as Windows PowerShell 5.1 would have to.

The grammar (tree-sitter-pwsh) is of PowerShell 7, so what only that one knows is named apart. It
also finds fault with forms on one line that PowerShell takes, `function f { param(…) … }` and
`switch (…) { … default { … } }`: those want their lines broken.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Final

import tree_sitter_pwsh
from tree_sitter import Language, Node, Parser

LATER: Final = {
    "null_coalesce_expression": "?? is of PowerShell 7",
    "pipeline_chain_tail": "&& and || are of PowerShell 7",
    "ternary_expression": "? : is of PowerShell 7",
}
"""Kinds of nodes that Windows PowerShell 5.1, which every Windows 10 and 11 has, does not know."""


def faults(script: str) -> list[str]:
    """What is wrong with a script, each with its line and column from 1; empty: nothing."""
    tree = Parser(Language(tree_sitter_pwsh.language())).parse(script.encode())
    return [
        f"{node.start_point.row + 1}:{node.start_point.column + 1}: {what}"
        for node, what in _wrong(tree.root_node)
    ]


def encoded(script: str) -> str:
    """The argument of -EncodedCommand: base64 of UTF-16, little endian."""
    return base64.b64encode(script.encode("utf-16-le")).decode()


def decoded(argument: str) -> str:
    """The script of an -EncodedCommand; raises ValueError if it is none."""
    return base64.b64decode(argument, validate=True).decode("utf-16-le")


def _wrong(node: Node) -> Iterator[tuple[Node, str]]:
    if node.is_missing:
        yield node, f"{node.type} is missing"
    elif node.is_error:
        text = (node.text or b"").decode(errors="replace")
        yield node, f"no PowerShell: {text[:60]}"
    elif node.type in LATER:
        yield node, LATER[node.type]
    else:
        for child in node.children:
            yield from _wrong(child)
