"""A program in any language as a captain, asked over HTTP."""
