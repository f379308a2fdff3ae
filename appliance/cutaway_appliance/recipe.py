"""The recipe: what the appliance is made of, read from recipe.toml."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Recipe:
    """See recipe.toml for what each list means."""

    kernels: list[str]
    packages: list[str]
    left_out: list[str]
    pruned_paths: list[str]
    kept_modules: list[str]
    left_out_modules: list[str]
    loaded_modules: list[str]


def read_recipe() -> Recipe:
    """Return the recipe that belongs to this package."""
    return Recipe(**tomllib.loads(_text()))


def recipe_hash() -> str:
    """Return a hash of the recipe as it is meant, so that comments do not matter."""
    return hashlib.sha256(repr(read_recipe()).encode()).hexdigest()


def _text() -> str:
    return resources.files(__package__).joinpath("recipe.toml").read_text("utf-8")
