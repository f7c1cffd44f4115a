"""Areas from any file that GDAL reads, all or nothing: read (`source`), staged in the database (`staging`), checked row by
row and family by family (`rows`, `checks`), saved (`service`). What is wrong is a `Fault`: one sentence with its row."""
