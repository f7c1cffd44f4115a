-- The current area of one level at each of many points, one row per point that lies in any: n, area id, path.
-- Takes level, xs, ys (arrays of degrees, EPSG:4326) and edge: within so many degrees a point lies on the edge. A shared
-- edge belongs to the lower code, as in AreaQuerySet.containing.
-- Not ORM: a join with an array of points has no spelling there.
SELECT DISTINCT ON (point.n) point.n - 1, area.id, area.path
FROM unnest(%(xs)s::float8[], %(ys)s::float8[]) WITH ORDINALITY AS point (x, y, n)
JOIN grids_area AS area
    ON area.level = %(level)s
    AND area.valid_to IS NULL
    AND ST_DWithin(area.boundary, ST_SetSRID(ST_MakePoint(point.x, point.y), 4326), %(edge)s)
ORDER BY point.n, area.code
