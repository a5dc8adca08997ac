# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""`heapq`: lists in which each item is not larger than the two it leads to.

Comes before: nothing. Comes after: `library_functions.py`.
"""

from __future__ import annotations


def rise(heap, start: int, position: int) -> None:
    """Bring the item at `position` towards `start` as far as it is smaller than what stands there."""
    item = heap[position]
    while position > start:
        parent = (position - 1) >> 1
        if not item < heap[parent]:
            break
        heap[position] = heap[parent]
        position = parent
    heap[position] = item


def sink(heap, position: int) -> None:
    """Bring the item at `position` down to the leaves along the smaller ones, and up again to its place."""
    end = len(heap)
    start = position
    item = heap[position]
    child = 2 * position + 1
    while child < end:
        right = child + 1
        if right < end and not heap[child] < heap[right]:
            child = right
        heap[position] = heap[child]
        position = child
        child = 2 * position + 1
    heap[position] = item
    rise(heap, start, position)


def heappush(heap, item) -> None:
    """See heapq."""
    heap.append(item)
    rise(heap, 0, len(heap) - 1)


def heappop(heap):
    """See heapq."""
    if len(heap) == 0:
        raise IndexError("index out of range")
    last = heap.pop()
    if len(heap) == 0:
        return last
    first = heap[0]
    heap[0] = last
    sink(heap, 0)
    return first


def heapreplace(heap, item):
    """See heapq."""
    if len(heap) == 0:
        raise IndexError("index out of range")
    first = heap[0]
    heap[0] = item
    sink(heap, 0)
    return first


def heappushpop(heap, item):
    """See heapq."""
    if len(heap) > 0 and heap[0] < item:
        first = heap[0]
        heap[0] = item
        sink(heap, 0)
        return first
    return item


def heapify(heap) -> None:
    """See heapq."""
    for i in range(len(heap) // 2 - 1, -1, -1):
        sink(heap, i)
