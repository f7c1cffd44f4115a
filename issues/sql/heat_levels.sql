-- Issues per current area of a level, with all that lies in it, and bucket of weeks; only areas that lie in the scope.
-- Takes bucket (weeks), categories and all (whether to ignore them), level, paths. Gives ordinal, bucket, count, ordered.
-- Not ORM: ranges of paths.
SELECT area.ordinal, heat.week / %(bucket)s AS bucket, sum(heat.count)::int AS count
FROM unnest(%(paths)s::text[]) AS scope (path)
JOIN grids_area AS area
  ON area.path = scope.path COLLATE "C" OR (area.path > scope.path || '.' COLLATE "C" AND area.path < scope.path || '/' COLLATE "C")
JOIN issues_heatarea AS heat
  ON heat.path = area.path OR (heat.path > area.path || '.' COLLATE "C" AND heat.path < area.path || '/' COLLATE "C")
WHERE area.level = %(level)s AND area.valid_to IS NULL AND area.ordinal IS NOT NULL
  AND (%(all)s OR heat.category = ANY(%(categories)s))
GROUP BY 1, 2
ORDER BY 1, 2
