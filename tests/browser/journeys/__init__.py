"""The ten journeys of the domain notes (§7), walked through the real pages by the people they are about.

`test_j1_…` to `test_j10_…`: one file per journey or two, every clause an assertion, every *Fail:* clause a test.
"""
