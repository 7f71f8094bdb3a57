"""Help texts: written as docstrings, shown like manual pages."""

from collections.abc import Callable
from inspect import cleandoc


def manual(source: str | Callable[..., object]) -> str:
    """Return a text, or a command's docstring, as help: paragraphs with indented lines keep their lines."""
    text = source if isinstance(source, str) else source.__doc__ or ""
    # typer wraps paragraphs, but for those that begin with a backspace on a line of its own.
    return "\n\n".join(
        f"\b\n{paragraph}" if "\n " in paragraph or paragraph.startswith(" ") else paragraph
        for paragraph in cleandoc(text).split("\n\n")
    )
