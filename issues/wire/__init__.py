"""The phone's wire: what a phone sends and asks for under `/api/`, in JSON. `docs/wire.md` describes it for whoever writes a client.

A record that was made without a signal arrives late, twice, in parts or not at all; every answer here is made so that
nothing is lost and nothing is done twice. Knows no page.
"""
