"""Beside the casework: diary, village notices, suggestions, activities, and who is told of them (`occasions`)."""
