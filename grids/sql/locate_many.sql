-- The narrowest current area at each of many points, one row per point that lies in any: n, area id, path, level.
-- Takes xs, ys (arrays of degrees, EPSG:4326). A shared edge belongs to the lower code, as in grids/locate.py.
-- Not ORM: a lateral join over an array of points has no spelling there.
SELECT point.n - 1, area.id, area.path, area.level
FROM unnest(%(xs)s::float8[], %(ys)s::float8[]) WITH ORDINALITY AS point (x, y, n)
CROSS JOIN LATERAL (
    SELECT id, path, level
    FROM grids_area
    WHERE valid_to IS NULL
      AND ST_Intersects(boundary, ST_SetSRID(ST_MakePoint(point.x, point.y), 4326))
    ORDER BY level, code
    LIMIT 1
) AS area
