-- Places and the posts that each must have filled, there or in an area it lies in: the WITH that the cover queries share.
-- Takes paths (text[]: the areas asked about), at (time), group_level (int: counted per area of that level), and the needs
-- as rows: needs (text[]: the name of each), levels (int[]: of which areas), fills (text[]: a role that fills it; a need
-- that two roles fill stands there twice).
-- Gives place (id, level, path, group_path, need, is_filled): a row per current area and need of its level.
-- Not ORM: one pass whatever the size of the territory. What is posted above a place is looked up once for all that lie side
-- by side in the same area, of which there are a tenth as many.
WITH need AS (
    SELECT * FROM unnest(%(needs)s::text[], %(levels)s::int[], %(fills)s::text[]) AS given (need, level, role)
), needed AS (
    SELECT DISTINCT need, level FROM need
), filled AS MATERIALIZED (
    SELECT DISTINCT need.need, area.path
    FROM need
    JOIN representatives_assignment AS assignment ON assignment.role = need.role AND assignment.term @> %(at)s::timestamptz
    JOIN representatives_person AS person ON person.id = assignment.person_id AND person.is_active
    JOIN grids_area AS area ON area.id = assignment.area_id
), wanted AS MATERIALIZED (
    SELECT area.id, area.level, area.path,
           left(area.path, greatest(length(area.path) - strpos(reverse(area.path), '.'), 0)) COLLATE "C" AS within
    FROM unnest(%(paths)s::text[]) AS asked (path)
    JOIN grids_area AS area ON area.path >= asked.path COLLATE "C" AND area.path < (asked.path || '/') COLLATE "C"
    WHERE (area.path = asked.path OR area.path > asked.path || '.')
      AND area.valid_to IS NULL
      AND area.level = ANY (%(levels)s::int[])
), above AS MATERIALIZED (
    -- Every area that a place lies in, with all those that it lies in itself.
    SELECT given.within, array_to_string(given.codes[1:depth], '.') COLLATE "C" AS path
    FROM (SELECT within, string_to_array(within, '.') AS codes FROM wanted WHERE strpos(path, '.') > 0 GROUP BY within) AS given
    CROSS JOIN LATERAL generate_subscripts(given.codes, 1) AS depth
), filled_above AS MATERIALIZED (
    SELECT DISTINCT above.within, filled.need FROM above JOIN filled ON filled.path = above.path
), group_above AS MATERIALIZED (
    SELECT above.within, max(area.path) AS path
    FROM above
    JOIN grids_area AS area ON area.path = above.path AND area.valid_to IS NULL AND area.level = %(group_level)s
    GROUP BY above.within
), place AS MATERIALIZED (
    SELECT wanted.id, wanted.level, wanted.path, needed.need,
           CASE WHEN wanted.level = %(group_level)s THEN wanted.path ELSE group_above.path END AS group_path,
           filled.need IS NOT NULL OR filled_above.need IS NOT NULL AS is_filled
    FROM wanted
    JOIN needed ON needed.level = wanted.level
    LEFT JOIN filled ON filled.need = needed.need AND filled.path = wanted.path
    LEFT JOIN filled_above ON filled_above.need = needed.need AND filled_above.within = wanted.within AND wanted.within <> ''
    LEFT JOIN group_above ON group_above.within = wanted.within
)
