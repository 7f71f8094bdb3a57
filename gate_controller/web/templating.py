"""Templates become pages: Jinja2, with everything escaped, and what each page needs."""

from pathlib import Path
from typing import Final

from starlette.templating import Jinja2Templates

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"

TEMPLATES: Final = Jinja2Templates(directory=HERE / "templates")
