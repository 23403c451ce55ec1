"""Numbers that look random and never change: the tests of draws throw these."""

import hashlib


class Dice:
    """Throws decided by a label; SHA-256 in counter mode."""

    def __init__(self, label):
        self.label, self.count = label.encode(), 0

    def bytes(self):
        self.count += 1
        return hashlib.sha256(b"%s %d" % (self.label, self.count)).digest()

    def hex(self):
        return self.bytes().hex()

    def below(self, n):
        """A number from 0 to n - 1."""
        return int.from_bytes(self.bytes(), "big") % n

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, percent):
        return self.below(100) < percent

    def pick(self, values):
        return values[self.below(len(values))]

    def some(self, values, most):
        """Up to `most` different values."""
        left = list(values)
        return [
            left.pop(self.below(len(left))) for _ in range(min(self.below(most + 1), len(left)))
        ]
