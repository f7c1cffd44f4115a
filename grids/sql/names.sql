-- What the current areas of a level are called, and the geometry version that their ordinals belong to.
-- Takes level, and first and last, the ordinals between which they are told. Gives version and one JSON text: [[ordinal, code, name, lon, lat, parent ordinal], …] by ordinal; the place
-- is where a label stands (degrees, 5 decimals, null if unknown).
-- Not ORM: PostgreSQL writes 100,000 rows as JSON in a fraction of the time.
SELECT
    (SELECT version FROM grids_layer WHERE level = %(level)s),
    (
        SELECT coalesce(json_agg(entry.value ORDER BY entry.ordinal), '[]')::text
        FROM (
            SELECT area.ordinal, json_build_array(
                area.ordinal, area.code, area.name,
                round(ST_X(label.point)::numeric, 5), round(ST_Y(label.point)::numeric, 5),
                parent.ordinal
            ) AS value
            FROM grids_area AS area
            LEFT JOIN grids_area AS parent ON parent.id = area.parent_id
            CROSS JOIN LATERAL (SELECT coalesce(area.label_point, ST_PointOnSurface(area.boundary)) AS point) AS label
            WHERE area.level = %(level)s AND area.valid_to IS NULL AND area.ordinal BETWEEN %(first)s AND %(last)s
        ) AS entry
    )
