"""A person as a captain, asked through whatever reaches him."""
