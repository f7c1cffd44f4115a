-- One vector tile of the current areas of a level, and the geometry version that it shows, as of one moment.
-- Takes level, z, x, y, extent (units of the tile's side), margin (units beyond it), margin_share (the same, of the side).
-- Gives version, tile: layer “area”, feature id = ordinal, no properties; empty bytes where there is nothing.
-- Not ORM: ST_AsMVT has no spelling there. The margin is cut off at the edge of the world: in degrees it would come out on the
-- other side, and what lies between would be everything but the tile.
SELECT
    (SELECT version FROM grids_layer WHERE level = %(level)s),
    (
        SELECT ST_AsMVT(feature, 'area', %(extent)s, 'shape', 'id')
        FROM (
            SELECT
                area.ordinal AS id,
                ST_AsMVTGeom(
                    ST_Transform(area.boundary, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), %(extent)s, %(margin)s
                ) AS shape
            FROM grids_area AS area
            WHERE area.level = %(level)s AND area.valid_to IS NULL AND area.ordinal IS NOT NULL
                AND area.boundary && ST_Transform(
                    ST_Intersection(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => %(margin_share)s), ST_TileEnvelope(0, 0, 0)), 4326
                )
            ORDER BY area.ordinal
        ) AS feature
        WHERE feature.shape IS NOT NULL
    )
