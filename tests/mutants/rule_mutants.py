"""The mutants of the rule modules: each a single small change somewhere in the code.

mutmut makes the changes. It can switch on those in plain functions by itself, one forked process each; the rest
(constants, fields, properties) it makes but cannot run, and those are tried in `fresh_trial`.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines
from mutmut.mutation.trampoline_templates import mangle_function_name
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import get_mutant_name

_SWITCHABLE = {"staticmethod", "classmethod"}
_TYPE_OR_DUNDER = re.compile(r"__\w+__|_?[A-Z]([a-z]\w*)?")
"""Names that are no constants: type aliases, type variables, `__slots__`, `__all__`."""


@dataclass(frozen=True)
class Mutant:
    """One change. `name` is mutmut's, where mutmut can switch it on."""

    path: Path
    place: str
    name: str | None
    module: cst.Module
    mutation: Mutation

    def source(self) -> str:
        """The whole file with the change in it."""
        return self.module.deep_replace(self.mutation.original_node, self.mutation.mutated_node).code  # type: ignore[union-attr]

    def change(self) -> str:
        """The lines taken away and put in, as in a diff."""
        lines = difflib.unified_diff(self.module.code.splitlines(), self.source().splitlines(), lineterm="", n=0)
        return "\n".join(line for line in list(lines)[2:] if not line.startswith("@@"))

    @property
    def function(self) -> str | None:
        """The function it stands in, as mutmut mangles its name."""
        return self.name.partition("__mutmut_")[0] if self.name is not None else None

    def is_beside(self, function: str) -> bool:
        """Whether the function (mangled) is one of its module."""
        return function.rpartition(".")[0] == self.dotted_module

    @property
    def identity(self) -> tuple[str, str]:
        """What makes it the one it is, also after other lines have moved."""
        return self.place, self.change()

    @property
    def dotted_module(self) -> str:
        """The module it stands in, as it is imported."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")


class _Everywhere(MutationVisitor):
    """mutmut's own visitor, which also looks into properties, and passes over names for types."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return False
        if isinstance(node, cst.Assign | cst.AnnAssign):
            target = node.targets[0].target if isinstance(node, cst.Assign) else node.target
            if isinstance(target, cst.Name) and _TYPE_OR_DUNDER.fullmatch(target.value):
                return True
        return super()._skip_node_and_children(node)


def rule_modules(parts: Sequence[str]) -> list[Path]:
    """The files to mutate (`[tool.mutmut]` in pyproject.toml says which), narrowed to the given files and folders."""
    wanted = [Path(part) for part in parts]
    known = sorted(Path(path) for path in walk_mutatable_files())
    return [path for path in known if not wanted or any(path.is_relative_to(part) for part in wanted)]


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of one file."""
    code = path.read_text()
    wrapper = MetadataWrapper(cst.parse_module(code))
    visitor = _Everywhere(mutation_operators, get_ignored_lines(str(path), code, wrapper))
    module = wrapper.visit(visitor)
    class_of = dict(_class_members(module))
    made: Counter[cst.FunctionDef] = Counter()
    dotted = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    for mutation in visitor.mutations:
        around: cst.CSTNode | None = mutation.contained_by_top_level_function
        class_name = class_of.get(around)
        if not isinstance(around, cst.FunctionDef):
            yield Mutant(path, ".".join(filter(None, (dotted, class_name))), None, module, mutation)
            continue
        made[around] += 1
        mangled = mangle_function_name(name=around.name.value, class_name=class_name)
        name = get_mutant_name(path, f"{mangled}__mutmut_{made[around]}") if _is_switchable(around) else None
        place = ".".join(filter(None, (dotted, class_name, around.name.value)))
        yield Mutant(path, place, name, module, mutation)


def _class_members(module: cst.Module) -> Iterator[tuple[cst.CSTNode, str]]:
    for statement in module.body:
        if isinstance(statement, cst.ClassDef):
            yield from ((member, statement.name.value) for member in statement.body.body)


def _is_switchable(function: cst.FunctionDef) -> bool:
    decorators = [each.decorator for each in function.decorators]
    return not decorators or (
        len(decorators) == 1 and isinstance(decorators[0], cst.Name) and decorators[0].value in _SWITCHABLE
    )
