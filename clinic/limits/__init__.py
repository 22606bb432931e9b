"""Count how often something is done, and by whom.

The counts are exact, also when many ask at once: they are rows of the database, not entries of a cache that may drop
them.
"""

from .middleware import get_network
from .models import Limit, give_back, is_over, purge, take

__all__ = ["Limit", "get_network", "give_back", "is_over", "purge", "take"]
