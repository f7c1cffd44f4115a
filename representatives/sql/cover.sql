-- Places and the posts that each must have filled, there or in an area it lies in: the WITH that the cover queries share.
-- Takes paths (text[]: the areas asked about), low and high (text: between them lies all of that), upper (text[]: the paths of what
-- they lie in), at (time), and the needs as rows: needs (text[]: the name of each), levels (int[]: of which areas), fills (text[]:
-- a role that fills it; a need that two roles fill stands there twice).
-- Gives wanted (asked: which of the paths it lies in, id, level, path, within: the area right above), a row per current area that
-- needs anybody, and lacking (the same and need), a row per area and need that nobody fills.
-- Not ORM: one pass, over what was asked about and what lies above it, whatever the size of the territory. What is posted above
-- a place is looked up only where it lacks somebody, and once for all that lie side by side in the same area. The bounds are there
-- for the planner, who sees by them how much is asked about: a village is looked up, a province read through.
WITH need AS (
    SELECT * FROM unnest(%(needs)s::text[], %(levels)s::int[], %(fills)s::text[]) AS given (need, level, role)
), needed AS (
    SELECT DISTINCT need, level FROM need
), wanted AS MATERIALIZED (
    SELECT asked.path AS asked, area.id, area.level, area.path,
           left(area.path, greatest(length(area.path) - strpos(reverse(area.path), '.'), 0)) COLLATE "C" AS within
    FROM unnest(%(paths)s::text[]) AS asked (path)
    JOIN grids_area AS area ON area.path >= asked.path COLLATE "C" AND area.path < (asked.path || '/') COLLATE "C"
    WHERE (area.path = asked.path OR area.path > asked.path || '.')
      AND area.valid_to IS NULL
      AND area.level = ANY (%(levels)s::int[])
), post AS MATERIALIZED (
    SELECT need.need, area.path
    FROM grids_area AS area
    JOIN representatives_assignment AS assignment ON assignment.area_id = area.id AND assignment.term @> %(at)s::timestamptz
    JOIN representatives_person AS person ON person.id = assignment.person_id AND person.is_active
    JOIN need ON need.role = assignment.role
    WHERE (area.path >= %(low)s COLLATE "C" AND area.path < %(high)s COLLATE "C") OR area.path = ANY (%(upper)s::text[])
), bare AS MATERIALIZED (
    SELECT wanted.*, needed.need
    FROM wanted
    JOIN needed ON needed.level = wanted.level
    WHERE NOT EXISTS (SELECT FROM post WHERE post.need = needed.need AND post.path = wanted.path)
), above AS MATERIALIZED (
    -- Every area that such a place lies in, with all those that it lies in itself.
    SELECT given.within, array_to_string(given.codes[1:depth], '.') COLLATE "C" AS path
    FROM (SELECT within, string_to_array(within, '.') AS codes FROM bare WHERE within <> '' GROUP BY within) AS given
    CROSS JOIN LATERAL generate_subscripts(given.codes, 1) AS depth
), posted_above AS MATERIALIZED (
    SELECT DISTINCT above.within, post.need FROM above JOIN post ON post.path = above.path
), lacking AS MATERIALIZED (
    SELECT bare.*
    FROM bare
    WHERE NOT EXISTS (SELECT FROM posted_above WHERE posted_above.need = bare.need AND posted_above.within = bare.within)
)
