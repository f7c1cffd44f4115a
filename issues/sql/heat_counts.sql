-- Issues per week and category within the areas. Takes paths. Gives week, category, count.
-- Not ORM: ranges of paths.
SELECT heat.week, heat.category, sum(heat.count)::int AS count
FROM unnest(%(paths)s::text[]) AS scope (path)
JOIN issues_heatarea AS heat
  ON heat.path = scope.path COLLATE "C" OR (heat.path > scope.path || '.' COLLATE "C" AND heat.path < scope.path || '/' COLLATE "C")
GROUP BY 1, 2
ORDER BY 1, 2
