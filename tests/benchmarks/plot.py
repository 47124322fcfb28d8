"""The comparison as a picture."""

import statistics
from collections.abc import Mapping
from pathlib import Path

from matplotlib import pyplot as plt

SCENARIOS = ("cold", "create", "duplicate", "replay", "read", "change", "delete")


def plot(samples: Mapping[tuple[str, str], Mapping[str, list[float]]], path: Path) -> None:
    """Bars of the median CPU time of each kind of request, with the quartiles as whiskers."""
    takes_part = sorted({name for name, kind in samples if kind == "create"}, key=[name for name, _ in samples].index)
    figure, axes = plt.subplots(1, len(SCENARIOS), figsize=(20, 4), layout="constrained")
    for axis, scenario in zip(axes, SCENARIOS, strict=True):
        names = [name for name in takes_part if (name, scenario) in samples]
        quartiles = [statistics.quantiles([ms * 1e3 for ms in samples[name, scenario]["cpu"]]) for name in names]
        axis.bar(
            names,
            [median for _, median, _ in quartiles],
            yerr=[[m - low for low, m, _ in quartiles], [high - m for _, m, high in quartiles]],
            color=["tab:blue" if name == "this function" else "tab:gray" for name in names],
            capsize=3,
        )
        axis.set_title(f"{scenario}, CPU ms")
        axis.tick_params("x", rotation=60)
    figure.savefig(path)
