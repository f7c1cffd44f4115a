"""How rows come into the database: by `pens`, one at a time or gathered, in as few statements as can be."""
