"""A scene as SVG that follows the theme: its colours are the page's own tokens."""

from html import escape

from .scene import Disc, Item, Paint, Path, Scene, Text


def svg(scene: Scene, title: str) -> str:
    """An `<svg>` element that scales with its box. `title` is what a screen reader says."""
    body = "".join(_written(item) for item in scene.items)
    box = f"0 0 {_number(scene.width)} {_number(scene.height)}"
    name = escape(title)
    return f'<svg class="vector" viewBox="{box}" role="img" aria-label="{name}" font-family="sans-serif">{body}</svg>'


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def css_colour(paint: Paint) -> str:
    """`var(--ink)`, or a mixture of two tokens."""
    if not paint.other:
        return f"var(--{paint.token})"
    return f"color-mix(in srgb,var(--{paint.token}) {paint.share * 100:.0f}%,var(--{paint.other}))"


def _written(item: Item) -> str:
    if isinstance(item, Text):
        turn = f' transform="rotate(-90 {_number(item.x)} {_number(item.y)})"' if item.is_turned else ""
        place = f'x="{_number(item.x)}" y="{_number(item.y)}" font-size="{_number(item.size)}"'
        style = f'style="fill:{css_colour(item.paint)}"'
        return f'<text {place} text-anchor="{item.anchor}" {style}{turn}>{escape(item.text)}</text>'
    if isinstance(item, Disc):
        x, y = item.centre
        place = f'cx="{_number(x)}" cy="{_number(y)}" r="{_number(item.radius)}"'
        return f'<circle {place} style="fill:{css_colour(item.fill)}"/>'
    return _path(item)


def _path(item: Path) -> str:
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in item.points)
    style = "fill:none"
    if item.fill:
        style = f"fill:{css_colour(item.fill)}"
        style += f";fill-opacity:{item.fill.opacity:g}" if item.fill.opacity < 1 else ""
    if item.stroke:
        style += f";stroke:{css_colour(item.stroke)};stroke-width:{item.width:g}"
        style += f";stroke-opacity:{item.stroke.opacity:g}" if item.stroke.opacity < 1 else ""
    if item.dash:
        style += f";stroke-dasharray:{' '.join(f'{length:g}' for length in item.dash)}"
    return f'<{"polygon" if item.is_closed else "polyline"} points="{points}" style="{style}"/>'
