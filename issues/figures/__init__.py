"""The figures: what they mean (`measures`), how they are counted (`counting`), and the key ones of the `dashboard`."""
