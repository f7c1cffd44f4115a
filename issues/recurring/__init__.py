"""What keeps coming back: which issue came back (`links`), at which `places`, and the `topics` that a county makes of it."""
