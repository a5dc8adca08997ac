"""Five programs of Python-level work on lists, dicts, strings and classes: what `language.py` times.

They are plain Python, in the part of it that torch.jit compiles too, so that all three run the same source.

Comes before: nothing. Comes after: `language.py`.
"""


def overlap(a: list[float], b: list[float]) -> float:
    """Intersection over union of two boxes (x0, y0, x1, y1)."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0.0 or height <= 0.0:
        return 0.0
    shared = width * height
    area_a = (a[2] - a[0]) * (a[3] - a[1])
    area_b = (b[2] - b[0]) * (b[3] - b[1])
    return shared / (area_a + area_b - shared)


def suppress(
    boxes: list[list[float]], scores: list[float], labels: list[int], threshold: float, limit: int
) -> tuple[list[int], dict[int, int]]:
    """Post-processing of a detector: the best boxes of each class that do not overlap, and how many each class has."""
    ranked: list[tuple[float, int]] = []
    for i in range(len(scores)):
        if scores[i] > 0.05:
            ranked.append((-scores[i], i))
    ranked.sort()
    kept: list[int] = []
    per_class: dict[int, int] = {}
    for _, i in ranked:
        if len(kept) >= limit:
            break
        covered = False
        for k in kept:
            if labels[k] == labels[i] and overlap(boxes[k], boxes[i]) > threshold:
                covered = True
                break
        if not covered:
            kept.append(i)
            if labels[i] in per_class:
                per_class[labels[i]] += 1
            else:
                per_class[labels[i]] = 1
    return kept, per_class


def beam_search(frames: list[list[float]], alphabet: str, width: int) -> list[tuple[str, float]]:
    """Prefix beam search over per-frame probabilities (the last symbol is the blank): the best texts and their scores."""
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    blank = len(alphabet)
    for frame in frames:
        grown: dict[str, tuple[float, float]] = {}
        for prefix, masses in beams.items():
            ends_blank, ends_symbol = masses
            total = ends_blank + ends_symbol
            stay_blank = total * frame[blank]
            stay_symbol = 0.0
            if len(prefix) > 0:
                stay_symbol = ends_symbol * frame[alphabet.find(prefix[-1])]
            if prefix in grown:
                before = grown[prefix]
                grown[prefix] = (before[0] + stay_blank, before[1] + stay_symbol)
            else:
                grown[prefix] = (stay_blank, stay_symbol)
            for k in range(blank):
                mass = frame[k]
                if mass < 0.02:
                    continue
                symbol = alphabet[k]
                longer = prefix + symbol
                if len(prefix) > 0 and prefix[-1] == symbol:
                    gain = ends_blank * mass
                else:
                    gain = total * mass
                if longer in grown:
                    known = grown[longer]
                    grown[longer] = (known[0], known[1] + gain)
                else:
                    grown[longer] = (0.0, gain)
        scored: list[tuple[float, str]] = []
        for prefix, masses in grown.items():
            scored.append((-(masses[0] + masses[1]), prefix))
        scored.sort()
        best: dict[str, tuple[float, float]] = {}
        norm = 0.0
        for score, _ in scored[:width]:
            norm -= score
        for _, prefix in scored[:width]:
            kept = grown[prefix]
            best[prefix] = (kept[0] / norm, kept[1] / norm)
        beams = best
    result: list[tuple[str, float]] = []
    for prefix, masses in beams.items():
        result.append((prefix, masses[0] + masses[1]))
    return result


def split_words(text: str) -> list[str]:
    """Lower-case words, numbers and single punctuation marks."""
    words: list[str] = []
    start = -1
    lowered = text.lower()
    for i in range(len(lowered)):
        c = lowered[i]
        if c.isalnum() or c == "'":
            if start < 0:
                start = i
            continue
        if start >= 0:
            words.append(lowered[start:i])
            start = -1
        if not c.isspace():
            words.append(c)
    if start >= 0:
        words.append(lowered[start:])
    return words


def tokenize(text: str, vocabulary: dict[str, int], longest: int) -> tuple[list[int], str]:
    """WordPiece: each word is cut greedily into the longest pieces of the vocabulary; the ids, and the pieces as text."""
    ids: list[int] = []
    pieces: list[str] = []
    for word in split_words(text):
        start = 0
        first = len(ids)
        while start < len(word):
            end = min(len(word), start + longest)
            found = False
            while start < end:
                piece = word[start:end]
                if start > 0:
                    piece = "##" + piece
                if piece in vocabulary:
                    ids.append(vocabulary[piece])
                    pieces.append(piece)
                    found = True
                    break
                end -= 1
            if not found:
                ids = ids[:first]
                pieces = pieces[:first]
                ids.append(vocabulary["[UNK]"])
                pieces.append("[UNK]")
                break
            start = end
    return ids, " ".join(pieces)


class Edge:
    """One way out of a node."""

    def __init__(self, target: int, length: float):
        self.target = target
        self.length = length


class Queue:
    """A binary heap of (key, node)."""

    def __init__(self) -> None:
        self.keys: list[float] = []
        self.nodes: list[int] = []

    def is_empty(self) -> bool:
        return len(self.keys) == 0

    def push(self, key: float, node: int) -> None:
        self.keys.append(key)
        self.nodes.append(node)
        i = len(self.keys) - 1
        while i > 0:
            parent = (i - 1) // 2
            if self.keys[parent] <= self.keys[i]:
                break
            self.swap(i, parent)
            i = parent

    def swap(self, i: int, j: int) -> None:
        key = self.keys[i]
        self.keys[i] = self.keys[j]
        self.keys[j] = key
        node = self.nodes[i]
        self.nodes[i] = self.nodes[j]
        self.nodes[j] = node

    def pop(self) -> tuple[float, int]:
        top = (self.keys[0], self.nodes[0])
        key = self.keys.pop()
        node = self.nodes.pop()
        n = len(self.keys)
        if n > 0:
            self.keys[0] = key
            self.nodes[0] = node
            i = 0
            while True:
                child = 2 * i + 1
                if child >= n:
                    break
                if child + 1 < n and self.keys[child + 1] < self.keys[child]:
                    child += 1
                if self.keys[i] <= self.keys[child]:
                    break
                self.swap(i, child)
                i = child
        return top


def shortest_paths(sources: list[int], targets: list[int], lengths: list[float], nodes: int) -> list[float]:
    """Dijkstra's algorithm from node 0, with edges and the queue as objects."""
    ways: list[list[Edge]] = []
    for _ in range(nodes):
        empty: list[Edge] = []
        ways.append(empty)
    for i in range(len(sources)):
        ways[sources[i]].append(Edge(targets[i], lengths[i]))
    best: list[float] = []
    for _ in range(nodes):
        best.append(1e30)
    best[0] = 0.0
    queue = Queue()
    queue.push(0.0, 0)
    while not queue.is_empty():
        distance, node = queue.pop()
        if distance > best[node]:
            continue
        for edge in ways[node]:
            longer = distance + edge.length
            if longer < best[edge.target]:
                best[edge.target] = longer
                queue.push(longer, edge.target)
    return best


def edit_distance(a: str, b: str) -> int:
    """Levenshtein's distance, by rows."""
    previous: list[int] = []
    for j in range(len(b) + 1):
        previous.append(j)
    for i in range(len(a)):
        current = [i + 1]
        for j in range(len(b)):
            cost = previous[j] if a[i] == b[j] else previous[j] + 1
            cost = min(cost, previous[j + 1] + 1)
            cost = min(cost, current[j] + 1)
            current.append(cost)
        previous = current
    return previous[-1]


def summarize(log: str) -> list[str]:
    """Reads lines of `time level module: key=value ...`, and reports per module: counts, means, the odd messages."""
    counts: dict[str, int] = {}
    rows: dict[str, list[list[float]]] = {}
    texts: dict[str, str] = {}
    for line in log.split("\n"):
        fields = line.strip().split(" ")
        if len(fields) < 4 or fields[0].startswith("#"):
            continue
        level = fields[1].upper()
        module = fields[2].rstrip(":")
        key = module + "/" + level
        if key not in counts:
            counts[key] = 0
            texts[key] = fields[3]
        counts[key] += 1
        row: list[float] = []
        for field in fields[3:]:
            at = field.find("=")
            if at > 0 and field[at + 1 :].isdigit():
                row.append(float(int(field[at + 1 :])))
        if module not in rows:
            new: list[list[float]] = []
            rows[module] = new
        rows[module].append(row)
    report: list[str] = []
    for key in sorted(counts.keys()):
        distance = edit_distance(texts[key], key)
        report.append("{}: {} ({} of {})".format(key, counts[key], distance, texts[key].replace("=", " ")))
    for module in sorted(rows.keys()):
        total = 0.0
        cells = 0
        for row in rows[module]:
            total += sum(row)
            cells += len(row)
        report.append(f"{module.title()} mean {int(1000 * total / max(cells, 1))}e-3 of {cells}")
    return report
