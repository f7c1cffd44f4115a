-- The places that lack a post, widest first, with what they lack and what they lie in. Follows cover.sql.
-- Takes besides: missing (text: only those that lack this; empty: any), first and count (int: which rows).
-- Gives level, code, name, path, missing (text[]), within (text[]: names of the areas it lies in, widest first).
, gap AS (
    SELECT lacking.id, lacking.level, lacking.path, array_agg(lacking.need ORDER BY lacking.need) AS missing
    FROM lacking
    GROUP BY lacking.id, lacking.level, lacking.path
    HAVING %(missing)s = '' OR %(missing)s = ANY (array_agg(lacking.need))
    ORDER BY lacking.level DESC, lacking.path
    LIMIT %(count)s OFFSET %(first)s
)
SELECT gap.level, area.code, area.name, gap.path, gap.missing,
       (SELECT coalesce(array_agg(name_above.name ORDER BY name_above.path), '{}')
        FROM generate_series(1, cardinality(string_to_array(gap.path, '.')) - 1) AS depth
        JOIN grids_area AS name_above
          ON name_above.path = array_to_string((string_to_array(gap.path, '.'))[1:depth], '.') COLLATE "C"
         AND name_above.valid_to IS NULL
       ) AS within
FROM gap
JOIN grids_area AS area ON area.id = gap.id
ORDER BY gap.level DESC, gap.path
