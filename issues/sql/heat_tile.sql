-- The non-empty bins of one tile, margin included, per bucket of weeks.
-- Takes zoom (stored), shift (bits down to the tile's bins), left, top (its first bin), width (bins along an edge),
-- bucket (weeks), categories (0: all together), paths (areas).
-- Gives index, bucket, count, ordered.
-- Not ORM: bit shifts and ranges of paths.
SELECT ((bin.y >> %(shift)s) - %(top)s) * %(width)s + ((bin.x >> %(shift)s) - %(left)s) AS index,
       bin.week / %(bucket)s AS bucket,
       sum(bin.count)::int AS count
FROM unnest(%(paths)s::text[]) AS scope (path)
JOIN issues_heatbin AS bin
  ON bin.path = scope.path COLLATE "C" OR (bin.path > scope.path || '.' COLLATE "C" AND bin.path < scope.path || '/' COLLATE "C")
WHERE bin.zoom = %(zoom)s
  AND bin.category = ANY(%(categories)s)
  AND bin.x >= %(left)s << %(shift)s AND bin.x < (%(left)s + %(width)s) << %(shift)s
  AND bin.y >= %(top)s << %(shift)s AND bin.y < (%(top)s + %(width)s) << %(shift)s
GROUP BY 1, 2
ORDER BY 1, 2
