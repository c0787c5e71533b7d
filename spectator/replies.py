"""What the bus says and its askers go by: one word for both, in a module that loads nothing."""

from __future__ import annotations

from typing import Final

STORE_DAMAGED: Final = "store_damaged"
