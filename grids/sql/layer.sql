-- What a map has to know of a level's geometry, as of one moment.
-- Takes level. Gives version, changed_at, west, south, east, north (degrees, EPSG:4326; null without any boundary).
-- Not ORM: ST_Extent has no spelling there that gives its corners.
SELECT layer.version, layer.changed_at, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
FROM grids_layer AS layer
LEFT JOIN LATERAL (
    SELECT ST_Extent(area.boundary) AS box FROM grids_area AS area
    WHERE area.level = layer.level AND area.valid_to IS NULL AND area.boundary IS NOT NULL
) AS whole ON TRUE
WHERE layer.level = %(level)s
