"""What a page keeps: its heap after a forced collection, DOM nodes, listeners, and nodes that nobody shows any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page


@dataclass(frozen=True)
class Held:
    """At one moment: megabytes of the JavaScript heap and of the buffers of its arrays, and how many of each.

    `detached`: nodes out of the page that a script holds.
    """

    heap_mb: float
    buffers_mb: float
    nodes: int
    listeners: int
    detached: int


class Memory:
    """Looks into a page through the protocol of the developer tools."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("HeapProfiler.enable")
        self.session.send("DOM.enable")

    def look(self) -> Held:
        """As it stands after the collector has run; twice, since what a finaliser lets go is only then free."""
        for _ in range(2):
            self.session.send("HeapProfiler.collectGarbage")
        heap = self.session.send("Runtime.getHeapUsage")
        counters = self.session.send("Memory.getDOMCounters")
        return Held(
            heap_mb=heap["usedSize"] / 1e6, buffers_mb=heap.get("backingStorageSize", 0) / 1e6, nodes=counters["nodes"],
            listeners=counters["jsEventListeners"], detached=self._detached(),
        )  # fmt: skip

    def _detached(self) -> int:
        """Nodes of trees outside the document; each tree is told by its root."""
        trees = self.session.send("DOM.getDetachedDomNodes")["detachedNodes"]
        return sum(_size(tree["treeNode"]) for tree in trees)


def _size(node: dict[str, object]) -> int:
    children = node.get("children")
    return 1 + sum(_size(child) for child in children) if isinstance(children, list) else 1


def slope(values: Sequence[float]) -> float:
    """How much a row of values grows from one to the next: of the straight line that fits them best."""
    n = len(values)
    if n < 2:
        return 0.0
    middle, mean = (n - 1) / 2, sum(values) / n
    return sum((at - middle) * (value - mean) for at, value in enumerate(values)) / sum((at - middle) ** 2 for at in range(n))
