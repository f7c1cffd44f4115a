-- How hot hot is: the count that all but the hottest bins do not exceed, of issues and of weeks (buckets) with an issue.
-- Takes zoom (stored), shift (down to the bins shown), bucket (weeks), categories, paths, last (week), lengths (of windows,
-- in weeks), weeks (of the span), sample (one bin of so many is looked at; 1: all), hottest (bins of a window), least and most (share of the
-- bins that these may be). Gives length, issues, weeks. Windows follow one another backwards from the last week; a rest is left out.
-- Not ORM: percentiles of sums.
WITH bins AS (
    SELECT bin.x >> %(shift)s AS x, bin.y >> %(shift)s AS y, bin.week / %(bucket)s AS bucket, max(bin.week) AS week,
           sum(bin.count) AS count
    FROM unnest(%(paths)s::text[]) AS scope (path)
    JOIN issues_heatbin AS bin
      ON bin.path = scope.path COLLATE "C" OR (bin.path > scope.path || '.' COLLATE "C" AND bin.path < scope.path || '/' COLLATE "C")
    WHERE bin.zoom = %(zoom)s AND bin.category = ANY(%(categories)s)
      AND (%(sample)s = 1 OR (hashint8((bin.x >> %(shift)s)::bigint << 20 | (bin.y >> %(shift)s)) & 2147483647) %% %(sample)s = 0)
    GROUP BY 1, 2, 3
), windows AS (
    SELECT length, (%(last)s - week) / length AS number, sum(count) AS issues, count(*) AS weeks
    FROM bins CROSS JOIN unnest(%(lengths)s::int[]) AS length
    WHERE (%(last)s - week) / length < greatest(%(weeks)s / length, 1)
    GROUP BY length, x, y, (%(last)s - week) / length
), shares AS (
    SELECT length, least(greatest(%(hottest)s::float8 * count(DISTINCT number) / (count(*) * %(sample)s), %(least)s), %(most)s) AS share
    FROM windows
    GROUP BY length
)
SELECT length,
       percentile_disc(1 - share) WITHIN GROUP (ORDER BY issues)::int AS issues,
       percentile_disc(1 - share) WITHIN GROUP (ORDER BY weeks)::int AS weeks
FROM windows JOIN shares USING (length)
GROUP BY length, share
ORDER BY length
