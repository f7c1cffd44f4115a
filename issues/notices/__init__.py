"""Telling people: what is written into the outbox (`writing`), how it leaves (`sending`), by which adapters, in which words.

Imports nothing by itself, for querysets ask `ways` before there are models.
"""
