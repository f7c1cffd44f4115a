-- What an issue in each of these areas is found by besides its words: the names of township, village and area, widest first,
-- without the root. Takes areas (ids). Gives id, names (text). As `issues_search_documents` (issues/sql/search.sql) has them.
-- Not ORM: concat_ws over what may be missing.
SELECT area.id, concat_ws(' ', township.name, village.name, area.name)
FROM grids_area AS area
LEFT JOIN grids_area AS village ON village.id = area.parent_id AND village.parent_id IS NOT NULL
LEFT JOIN grids_area AS township ON township.id = village.parent_id AND township.parent_id IS NOT NULL
WHERE area.id = ANY (%(areas)s)
