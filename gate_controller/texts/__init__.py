"""
The wording of what the visitor is told, in German, French, Italian and English.

Which message and which amounts is decided by `admission`; here it only becomes words. One file per language
holds that language's whole table, so that a translator reads and edits one page; `amounts` writes the money.
All of it as the visitor reads it: `tests/texts/wording.md`, which `python -m tests.texts.wording` writes.
"""

from gate_controller.texts.amounts import format_amount
from gate_controller.texts.languages import Language
from gate_controller.texts.rendering import Text, Texts

__all__ = ["Language", "Text", "Texts", "format_amount"]
