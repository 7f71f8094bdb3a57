"""Turning pictures for displays that are not mounted upright."""

from PIL import Image

_CLOCKWISE = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}


def turned(image: Image.Image, quarters: int) -> Image.Image:
    """Return a picture turned clockwise by so many quarters."""
    return image.transpose(_CLOCKWISE[quarters]) if quarters else image
