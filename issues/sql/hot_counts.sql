-- Issues per area they were reported in, category and period of four weeks within a county, of the weeks [first, until).
-- Takes county (path), first, until. Gives path, path of its village (or empty), category, period from 0, count.
-- Week by week through the index of weeks and paths: the cost is that of these weeks, not of the history.
-- Not ORM: a range of paths in each of the weeks.
SELECT heat.path, heat.village, heat.category, (heat.week - %(first)s) / 4 AS period, sum(heat.count)::int AS count
FROM generate_series(%(first)s::int, %(until)s::int - 1) AS span (week)
JOIN issues_heatarea AS heat
  ON heat.week = span.week AND heat.path >= %(county)s COLLATE "C" AND heat.path < %(county)s || '/' COLLATE "C"
WHERE heat.path = %(county)s OR heat.path > %(county)s || '.' COLLATE "C"
GROUP BY 1, 2, 3, 4
