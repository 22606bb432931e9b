"""Draw the processor time of each kind of answer, as an SVG file for docs/performance.md."""

from html import escape

LINE, LEFT, WIDTH = 22, 190, 700  # pixels
COLORS = {"rendered": "#b5532d", "kept": "#0f5b57", "desk": "#6b6f9c"}


def draw(rows: dict[str, float], title: str) -> str:
    """Return a chart with one bar for each row: names and milliseconds."""
    longest = max(rows.values())
    height = LINE * (len(rows) + 2)
    bars = []
    for position, (name, value) in enumerate(rows.items(), start=1):
        color = next((color for kind, color in COLORS.items() if kind in name), "#8a8378")
        length, y = (WIDTH - LEFT - 90) * value / longest, LINE * position + 8
        bars.append(
            f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{max(length, 1):.1f}" height="{LINE - 6}" fill="{color}"/>'
            f'<text x="{LEFT + length + 6:.1f}" y="{y + 12}">{value:.2f} ms</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="12" role="img"><title>{escape(title)}</title><rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="8" y="18" font-weight="bold">{escape(title)}</text>{"".join(bars)}</svg>\n'
    )
