"""A language model as a captain, behind any endpoint that speaks Chat Completions."""
