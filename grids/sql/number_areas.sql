-- Numbers the current areas of a level 0, 1, 2 … in the order of their paths; retired ones lose their number.
-- Takes level. Gives nothing.
-- Not ORM: an update from a window function has no spelling there.
UPDATE grids_area AS area
SET ordinal = numbered.ordinal
FROM (
    SELECT id, CASE WHEN valid_to IS NULL THEN row_number() OVER (PARTITION BY valid_to IS NULL ORDER BY path) - 1 END AS ordinal
    FROM grids_area
    WHERE level = %(level)s AND (valid_to IS NULL OR ordinal IS NOT NULL)
) AS numbered
WHERE area.id = numbered.id AND area.ordinal IS DISTINCT FROM numbered.ordinal
