"""A county's calendar `changes`: every open date moves with it, those of the issue (`dates`) and those of its `parts`."""
