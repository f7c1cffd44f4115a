-- How many places lack each post: per area of the grouping level, per need in all, and any post at all (need is NULL).
-- Follows cover.sql. Gives path, code, name (of the area; NULL: all together), need, lacking, total.
SELECT area.path, area.code, area.name, place.need,
       count(DISTINCT place.id) FILTER (WHERE NOT place.is_filled) AS lacking, count(DISTINCT place.id) AS total
FROM place
LEFT JOIN grids_area AS area ON area.path = place.group_path AND area.valid_to IS NULL
GROUP BY GROUPING SETS ((area.path, area.code, area.name, place.need), (place.need), ())
-- What lies above the grouping level belongs to no group; it is in the sums only.
HAVING GROUPING(area.path) = 1 OR area.path IS NOT NULL
ORDER BY area.path NULLS FIRST, place.need NULLS FIRST
