"""Count how often something is done, and by whom.

The counts are exact, also when many ask at once: they are rows of the database, not entries of a cache that may drop
them.
"""

from .middleware import get_network
from .models import Limit, forget, is_over, purge, take

__all__ = ["Limit", "forget", "get_network", "is_over", "purge", "take"]
