"""Draws the icons for home screens (PNG) from the shapes of mark.svg. Run it when the mark changes: python bin/lib/icons.py"""

from pathlib import Path

from PIL import Image, ImageDraw

IMAGES = Path(__file__).resolve().parents[2] / "mapui" / "static" / "mapui" / "img"
UNITS = 32  # of the mark's own drawing
FINER = 4  # drawn so many times larger, then made smaller: smooth edges
# Shape, fill and outline, in units of the mark.
SHAPES = (
    ("ellipse", [(5.9, 5.9), (15.1, 15.1)], "#5DB58B", "#1E6B4A"),
    ("rectangle", [(17.3, 6.3), (25.7, 14.7)], "#2563B8", "#123E7C"),
    ("polygon", [(10.5, 16.2), (15.7, 21.5), (10.5, 26.8), (5.3, 21.5)], "#FFD23F", "#7A5A00"),
    ("polygon", [(21.5, 16.8), (26.5, 25.8), (16.5, 25.8)], "#A50F15", "#5C0006"),
)


def icon(size: int, *, maskable: bool) -> Image.Image:
    """A square icon of `size` pixels. `maskable`: full ground, and the shapes within the circle that every mask leaves."""
    side = size * FINER
    picture = Image.new("RGBA", (side, side), "#FFFFFF" if maskable else "#FFFFFF00")
    pen = ImageDraw.Draw(picture)
    if not maskable:
        pen.rounded_rectangle([(0, 0), (side - 1, side - 1)], radius=side * 7 / UNITS, fill="#FFFFFF")
    share = 0.78 if maskable else 1.0
    unit, margin = side / UNITS * share, side * (1 - share) / 2
    for shape, points, fill, line in SHAPES:
        spots = [(margin + x * unit, margin + y * unit) for x, y in points]
        getattr(pen, shape)(spots, fill=fill, outline=line, width=max(1, round(unit)))
    return picture.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    for name, size, maskable in (("icon-192", 192, False), ("icon-512", 512, False), ("icon-maskable-512", 512, True)):
        icon(size, maskable=maskable).quantize(64).save(IMAGES / f"{name}.png", optimize=True)
