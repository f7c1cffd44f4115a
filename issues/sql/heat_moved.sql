-- Makes one week of `issues_heatbin` right where something happened: of some areas the finest bins are counted anew,
-- and what they differ by is passed on to the coarser ones, so the cost is that of those areas' week alone.
-- Takes week, since, until (of the week), paths (of the areas), uncounted (statuses), finest (zoom), zooms.
-- Gives how many rows changed. Wants every zoom right as it was; `heat_bins.sql` makes that from nothing.
-- Not ORM: one statement that writes only differences.
WITH fresh AS (
    SELECT kind.category, path, x, y, count(*) AS count
    FROM (
        SELECT category_id, path,
               least(greatest(floor((ST_X(point) + 180) / 360 * edge), 0), edge - 1)::int AS x,
               least(greatest(floor((1 - asinh(tan(radians(ST_Y(point)))) / pi()) / 2 * edge), 0), edge - 1)::int AS y
        FROM issues_issue, (SELECT 2 ^ %(finest)s AS edge) AS world
        WHERE path = ANY(%(paths)s) AND reported_at >= %(since)s AND reported_at < %(until)s
          AND point IS NOT NULL AND abs(ST_Y(point)) < 85.06 AND NOT sealed AND status <> ALL(%(uncounted)s)
    ) AS placed
    CROSS JOIN LATERAL (VALUES (0), (category_id)) AS kind (category)
    GROUP BY 1, 2, 3, 4
), was AS (
    SELECT category, path, x, y, count
    FROM issues_heatbin
    WHERE zoom = %(finest)s AND path = ANY(%(paths)s) AND week = %(week)s
), differ AS (
    SELECT category, path, x, y, coalesce(fresh.count, 0) - coalesce(was.count, 0) AS more
    FROM fresh FULL JOIN was USING (category, path, x, y)
    WHERE fresh.count IS DISTINCT FROM was.count
), spread AS (
    SELECT zoom, category, x >> (%(finest)s - zoom) AS x, y >> (%(finest)s - zoom) AS y, scope.path, sum(more)::int AS more
    FROM differ
    CROSS JOIN unnest(%(zooms)s::int[]) AS zoom
    CROSS JOIN LATERAL (VALUES (CASE WHEN zoom = %(finest)s THEN differ.path ELSE split_part(differ.path, '.', 1) END)) AS scope (path)
    GROUP BY 1, 2, 3, 4, 5
    HAVING sum(more) <> 0
), gone AS (
    DELETE FROM issues_heatbin AS old USING spread
    WHERE old.week = %(week)s AND (old.zoom, old.category, old.x, old.y) = (spread.zoom, spread.category, spread.x, spread.y)
      AND old.path = spread.path COLLATE "C" AND old.count + spread.more = 0
    RETURNING 1
), changed AS (
    UPDATE issues_heatbin AS old SET count = old.count + spread.more FROM spread
    WHERE old.week = %(week)s AND (old.zoom, old.category, old.x, old.y) = (spread.zoom, spread.category, spread.x, spread.y)
      AND old.path = spread.path COLLATE "C" AND old.count + spread.more <> 0
    RETURNING 1
), put AS (
    INSERT INTO issues_heatbin (zoom, category, x, y, week, path, count)
    SELECT zoom, category, x, y, %(week)s, path, more FROM spread
    WHERE NOT EXISTS (
        SELECT FROM issues_heatbin AS old
        WHERE old.week = %(week)s AND (old.zoom, old.category, old.x, old.y) = (spread.zoom, spread.category, spread.x, spread.y)
          AND old.path = spread.path COLLATE "C"
    )
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM changed) + (SELECT count(*) FROM put)
