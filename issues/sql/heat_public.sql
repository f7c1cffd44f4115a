-- Public issues per current village, category and bucket of weeks: what may be published is chosen in issues/heat/public.py.
-- Takes bucket (weeks), level (of villages), low and high (paths: between them lie the areas that count). Gives ordinal, name, path,
-- longitude, latitude, category, bucket, count, ordered.
-- Not ORM: it sits beside the other statements of the heat.
SELECT village.ordinal, village.name, village.path, ST_X(village.label_point), ST_Y(village.label_point), heat.category,
       heat.week / %(bucket)s AS bucket, sum(heat.public_count)::int AS count
FROM issues_heatarea AS heat
JOIN grids_area AS village ON village.path = heat.village AND village.valid_to IS NULL AND village.level = %(level)s
WHERE heat.path >= %(low)s COLLATE "C" AND heat.path < %(high)s COLLATE "C" AND heat.public_count > 0 AND village.ordinal IS NOT NULL
GROUP BY village.ordinal, village.name, village.path, village.label_point, heat.category, heat.week / %(bucket)s
ORDER BY village.ordinal, heat.category, bucket
