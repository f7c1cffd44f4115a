-- How many places lack each post: per area of the grouping level, per need in all, and any post at all (need is NULL).
-- Follows cover.sql. Takes besides: group_level (int: counted per area of that level). Gives path, code, name (of the area; NULL:
-- all together), need, lacking, total.
, group_above AS MATERIALIZED (
    SELECT given.within, max(area.path) AS path
    FROM (SELECT within, string_to_array(within, '.') AS codes FROM wanted WHERE within <> '' GROUP BY within) AS given
    CROSS JOIN LATERAL generate_subscripts(given.codes, 1) AS depth
    JOIN grids_area AS area
      ON area.path = array_to_string(given.codes[1:depth], '.') COLLATE "C" AND area.valid_to IS NULL AND area.level = %(group_level)s
    GROUP BY given.within
), grouped AS MATERIALIZED (
    SELECT wanted.id, wanted.level, CASE WHEN wanted.level = %(group_level)s THEN wanted.path ELSE group_above.path END AS path
    FROM wanted LEFT JOIN group_above ON group_above.within = wanted.within
), total AS (
    SELECT path, level, count(*) AS n FROM grouped GROUP BY path, level
), short AS (
    SELECT grouped.path, lacking.need, count(*) AS n FROM lacking JOIN grouped ON grouped.id = lacking.id GROUP BY grouped.path, lacking.need
), counted AS (
    SELECT total.path, needed.need, coalesce(short.n, 0) AS lacking, total.n AS total
    FROM total
    JOIN needed ON needed.level = total.level
    LEFT JOIN short ON short.path IS NOT DISTINCT FROM total.path AND short.need = needed.need
)
-- What lies above the grouping level belongs to no group; it is in the sums only.
SELECT area.path, area.code, area.name, counted.need, counted.lacking, counted.total
FROM counted
JOIN grids_area AS area ON area.path = counted.path AND area.valid_to IS NULL
UNION ALL
SELECT NULL, NULL, NULL, counted.need, sum(counted.lacking)::bigint, sum(counted.total)::bigint FROM counted GROUP BY counted.need
UNION ALL
SELECT NULL, NULL, NULL, NULL, (SELECT count(DISTINCT id) FROM lacking), (SELECT count(*) FROM wanted)
ORDER BY path NULLS FIRST, need NULLS FIRST
