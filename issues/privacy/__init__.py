"""What residents left of themselves: `masking` it, who may look at `contacts`, how long it is kept (`retention`), `erasing` it."""
