-- Between which degrees the label points of each county's villages lie. Takes counties (text[]: paths), level (of villages).
-- Gives county, west, south, east, north (NULL without any), ordered.
-- Not ORM: an aggregate of geometries per range of paths has no spelling there.
SELECT county.path, ST_XMin(found.box), ST_YMin(found.box), ST_XMax(found.box), ST_YMax(found.box)
FROM unnest(%(counties)s::text[]) AS county (path)
CROSS JOIN LATERAL (
    SELECT ST_Extent(village.label_point) AS box
    FROM grids_area AS village
    WHERE village.level = %(level)s AND village.valid_to IS NULL
      AND village.path >= county.path COLLATE "C" AND village.path < (county.path || '/') COLLATE "C"
) AS found
ORDER BY county.path COLLATE "C"
