-- What is wrong with staged rows beside rows and areas that they do not show themselves.
-- Takes level. Gives kind (as of a fault), number, code, and one detail: the other row, a name, or the parent's code.
-- Not ORM: the staged rows are no model.
SELECT 'duplicate_code', staged.number, staged.code, staged.first::text
FROM (SELECT number, code, min(number) OVER (PARTITION BY code) AS first FROM grids_staged) AS staged
WHERE staged.number <> staged.first
UNION ALL
SELECT 'other_level', staged.number, staged.code, area.name
FROM grids_staged AS staged
JOIN grids_area AS area ON area.code = staged.code AND area.valid_to IS NULL AND area.level <> %(level)s
UNION ALL
SELECT DISTINCT ON (staged.number) 'retired_code', staged.number, staged.code, area.name
FROM grids_staged AS staged
JOIN grids_area AS area ON area.code = staged.code AND area.valid_to IS NOT NULL
WHERE NOT EXISTS (SELECT FROM grids_area AS now WHERE now.code = staged.code AND now.valid_to IS NULL)
UNION ALL
SELECT 'no_parent', staged.number, staged.code, ''
FROM grids_staged AS staged
WHERE staged.parent = '' AND %(needs_parent)s
UNION ALL
SELECT 'unknown_parent', staged.number, staged.code, staged.parent
FROM grids_staged AS staged
WHERE staged.parent <> '' AND NOT EXISTS (
    SELECT FROM grids_area AS area WHERE area.code = staged.parent AND area.valid_to IS NULL
)
UNION ALL
SELECT 'low_parent', staged.number, staged.code, staged.parent
FROM grids_staged AS staged
JOIN grids_area AS area ON area.code = staged.parent AND area.valid_to IS NULL AND area.level <= %(level)s
ORDER BY 2
