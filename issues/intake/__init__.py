"""The way in: a report (`reporting`), where it belongs (`placing`), whether it is known (`joining`), what its sender keeps (`receipts`)."""
