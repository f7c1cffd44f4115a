-- The places that lack a post, widest first, with what they lack and what they lie in. Follows cover.sql.
-- Takes besides: missing (text: only those that lack this; empty: any), first and count (int: which rows).
-- Gives level, code, name, path, missing (text[]), within (text[]: names of the areas it lies in, widest first).
SELECT place.level, place.code, place.name, place.path, array_agg(place.need ORDER BY place.need) AS missing,
       (SELECT coalesce(array_agg(above.name ORDER BY above.path), '{}')
        FROM generate_series(1, cardinality(place.codes) - 1) AS depth
        JOIN grids_area AS above ON above.path = array_to_string(place.codes[1:depth], '.') COLLATE "C" AND above.valid_to IS NULL
       ) AS within
FROM place
WHERE NOT place.is_filled
GROUP BY place.level, place.code, place.name, place.path, place.codes
HAVING %(missing)s = '' OR %(missing)s = ANY (array_agg(place.need))
ORDER BY place.level DESC, place.path
LIMIT %(count)s OFFSET %(first)s
