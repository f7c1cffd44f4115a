-- Places and the posts that each must have filled, there or in an area it lies in: the WITH that the cover queries share.
-- Takes paths (text[]: the areas asked about), at (time), group_level (int: counted per area of that level), and the needs
-- as rows: needs (text[]: the name of each), levels (int[]: of which areas), fills (text[]: a role that fills it; a need
-- that two roles fill stands there twice).
-- Gives place (id, level, code, name, path, codes, group_path, need, is_filled): a row per current area and need of its level.
-- Not ORM: every ancestor of a path joined to what is posted there, in one pass whatever the size of the territory.
WITH need AS (
    SELECT * FROM unnest(%(needs)s::text[], %(levels)s::int[], %(fills)s::text[]) AS given (need, level, role)
), filled AS (
    SELECT DISTINCT need.need, area.path
    FROM need
    JOIN representatives_assignment AS assignment ON assignment.role = need.role AND assignment.term @> %(at)s::timestamptz
    JOIN representatives_person AS person ON person.id = assignment.person_id AND person.is_active
    JOIN grids_area AS area ON area.id = assignment.area_id
), wanted AS (
    SELECT area.id, area.level, area.code, area.name, area.path, string_to_array(area.path, '.') AS codes
    FROM grids_area AS area
    WHERE area.valid_to IS NULL
      AND area.level IN (SELECT level FROM need)
      AND EXISTS (
          SELECT FROM unnest(%(paths)s::text[]) AS under (path)
          WHERE area.path = under.path OR (area.path > under.path || '.' AND area.path < under.path || '/')
      )
), place AS (
    SELECT wanted.*, need.need, max(above.path) AS group_path, bool_or(filled.path IS NOT NULL) AS is_filled
    FROM wanted
    JOIN (SELECT DISTINCT need, level FROM need) AS need ON need.level = wanted.level
    CROSS JOIN LATERAL generate_subscripts(wanted.codes, 1) AS depth
    LEFT JOIN filled ON filled.need = need.need AND filled.path = array_to_string(wanted.codes[1:depth], '.') COLLATE "C"
    LEFT JOIN grids_area AS above ON above.valid_to IS NULL AND above.level = %(group_level)s
        AND above.path = array_to_string(wanted.codes[1:depth], '.') COLLATE "C"
    GROUP BY wanted.id, wanted.level, wanted.code, wanted.name, wanted.path, wanted.codes, need.need
)
