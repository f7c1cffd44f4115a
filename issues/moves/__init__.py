"""Moves as people meet them: their `buttons` and `fields`, who is asked (`asking`), what must be true before (`closing`)."""
