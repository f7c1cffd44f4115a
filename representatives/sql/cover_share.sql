-- How many areas of one level there are, and how many of them have somebody in a post there or in an area that they lie in.
-- Takes paths (text[]: the areas asked about, none within another), at (time), level (int), roles (text[]: who fills the post).
-- Gives path (of each area asked about), filled, total. Begins with who is posted, for they are far fewer than areas; each posting
-- then counts the stretch of an index that lies in its area, so the areas themselves are not read.
WITH asked AS (
    SELECT path, string_to_array(path, '.') AS codes FROM unnest(%(paths)s::text[]) AS given (path)
), post AS MATERIALIZED (
    SELECT DISTINCT area.path
    FROM representatives_assignment AS assignment
    JOIN representatives_person AS person ON person.id = assignment.person_id AND person.is_active
    JOIN grids_area AS area ON area.id = assignment.area_id
    WHERE assignment.role = ANY (%(roles)s::text[]) AND assignment.term @> %(at)s::timestamptz
), posted AS MATERIALIZED (
    -- Within an area that was asked about, or above it: then it stands for all of that.
    SELECT asked.path AS asked, post.path
    FROM asked
    JOIN post ON post.path >= asked.path AND post.path < asked.path || '/' AND (post.path = asked.path OR post.path > asked.path || '.')
    UNION
    SELECT asked.path, asked.path FROM asked JOIN post ON strpos(asked.path || '.', post.path || '.') = 1
), widest AS (
    -- In this order whatever lies in an area follows it, so one look at how far those before reach tells what lies in another.
    SELECT asked, path
    FROM (
        SELECT asked, path,
               max((path || '/') COLLATE "C") OVER (
                   PARTITION BY asked ORDER BY (path || '.') COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
               ) AS reach
        FROM posted
    ) AS ordered
    WHERE reach IS NULL OR reach <= (path || '.') COLLATE "C"
), counted AS (
    SELECT asked, 'filled' AS what, path FROM widest
    UNION ALL
    SELECT path, 'total', path FROM asked
)
SELECT counted.asked,
       coalesce(sum(there.n) FILTER (WHERE counted.what = 'filled'), 0)::bigint AS filled,
       coalesce(sum(there.n) FILTER (WHERE counted.what = 'total'), 0)::bigint AS total
FROM counted
CROSS JOIN LATERAL (
    SELECT count(*) AS n
    FROM grids_area AS area
    WHERE area.valid_to IS NULL AND area.level = %(level)s
      AND area.path >= counted.path COLLATE "C" AND area.path < (counted.path || '/') COLLATE "C"
      AND (area.path = counted.path OR area.path > counted.path || '.')
) AS there
GROUP BY counted.asked
