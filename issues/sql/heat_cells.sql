-- Issues per current cell and bucket of weeks, by ordinal of the cell.
-- Takes bucket (weeks), categories (none: all), level (of the cells), paths. Gives ordinal, bucket, count, ordered.
-- Not ORM: ranges of paths.
SELECT area.ordinal, heat.week / %(bucket)s AS bucket, sum(heat.count)::int AS count
FROM unnest(%(paths)s::text[]) AS scope (path)
JOIN issues_heatarea AS heat
  ON heat.path = scope.path COLLATE "C" OR (heat.path > scope.path || '.' COLLATE "C" AND heat.path < scope.path || '/' COLLATE "C")
JOIN grids_area AS area ON area.path = heat.path AND area.valid_to IS NULL AND area.level = %(level)s
WHERE area.ordinal IS NOT NULL AND (%(all)s OR heat.category = ANY(%(categories)s))
GROUP BY 1, 2
ORDER BY 1, 2
