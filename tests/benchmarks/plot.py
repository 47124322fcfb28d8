"""The comparison as a picture."""

import statistics
from collections.abc import Mapping
from pathlib import Path

from matplotlib import pyplot as plt


def plot(samples: Mapping[tuple[str, str], Mapping[str, list[float]]], contenders: list[str], path: Path) -> None:
    """Bars of the median CPU time of each kind of request, with the quartiles as whiskers."""
    scenarios = ["cold", "create", "duplicate", "replay", "read"]
    figure, axes = plt.subplots(1, len(scenarios), figsize=(14, 4), layout="constrained")
    for axis, scenario in zip(axes, scenarios, strict=True):
        quartiles = [statistics.quantiles([ms * 1e3 for ms in samples[name, scenario]["cpu"]]) for name in contenders]
        axis.bar(
            contenders,
            [median for _, median, _ in quartiles],
            yerr=[[m - low for low, m, _ in quartiles], [high - m for _, m, high in quartiles]],
            color=["tab:blue", *["tab:gray"] * (len(contenders) - 1)],
            capsize=3,
        )
        axis.set_title(f"{scenario}, CPU ms")
        axis.tick_params("x", rotation=60)
    figure.savefig(path)
