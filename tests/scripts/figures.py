"""Figures of many measurements, and tables of them."""

import math


def percentile(values, percent):
    """The least value that so many percent of the values do not exceed; `nan` of none."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)] if ordered else math.nan


def milliseconds(values, *percents):
    """Percentiles of seconds, as the cells of a table."""
    return [f"{percentile(values, percent) * 1e3:.1f}" for percent in percents]


def table(title, columns, rows):
    """Prints rows under their columns; the first cell of a row is its name."""
    lines = [[title, *columns], *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    for name, *cells in lines:
        print("  ".join([name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells, widths[1:]))]).rstrip())
    print(flush=True)


def conclude(seed, wrong):
    """Says how much was wrong; the program fails when anything was."""
    print(f"seed {seed}; wrong: {len(wrong)}", flush=True)
    if wrong:
        raise SystemExit("\n".join(wrong[:20]))
