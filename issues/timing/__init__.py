"""When something is due: `spans` of time counted by a `clock` over working `calendars`, and the `deadlines` of an issue."""
