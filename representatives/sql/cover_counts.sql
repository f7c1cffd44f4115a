-- How many places lack each post: per area of the grouping level, per need in all, and any post at all (need is NULL).
-- Follows cover.sql. Gives path, code, name (of the area; NULL: all together), need, lacking, total.
, counted AS (
    SELECT place.group_path, place.need, count(*) FILTER (WHERE NOT place.is_filled) AS lacking, count(*) AS total
    FROM place
    GROUP BY place.group_path, place.need
)
-- What lies above the grouping level belongs to no group; it is in the sums only.
SELECT area.path, area.code, area.name, counted.need, counted.lacking, counted.total
FROM counted
JOIN grids_area AS area ON area.path = counted.group_path AND area.valid_to IS NULL
UNION ALL
SELECT NULL, NULL, NULL, counted.need, sum(counted.lacking)::bigint, sum(counted.total)::bigint FROM counted GROUP BY counted.need
UNION ALL
SELECT NULL, NULL, NULL, NULL,
       (SELECT count(DISTINCT place.id) FROM place WHERE NOT place.is_filled), (SELECT count(*) FROM wanted)
ORDER BY path NULLS FIRST, need NULLS FIRST
