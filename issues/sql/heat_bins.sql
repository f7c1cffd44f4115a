-- Makes one week of `issues_heatbin` right: what is missing is added, what differs set, what is gone removed.
-- Takes week, since, until (of the week), uncounted (statuses), finest (zoom), zooms. Gives how many rows changed.
-- Not ORM: one statement that writes only differences, so an unchanged week costs no write and no new version.
WITH placed AS (
    SELECT category_id, path,
           least(greatest(floor((ST_X(point) + 180) / 360 * edge), 0), edge - 1)::int AS x,
           least(greatest(floor((1 - asinh(tan(radians(ST_Y(point)))) / pi()) / 2 * edge), 0), edge - 1)::int AS y
    FROM issues_issue, (SELECT 2 ^ %(finest)s AS edge) AS world
    WHERE reported_at >= %(since)s AND reported_at < %(until)s
      AND point IS NOT NULL AND abs(ST_Y(point)) < 85.06 AND NOT sealed AND status <> ALL(%(uncounted)s)
), fresh AS (
    SELECT zoom, category, x >> (%(finest)s - zoom) AS x, y >> (%(finest)s - zoom) AS y, scope.path, count(*) AS count
    FROM placed
    CROSS JOIN unnest(%(zooms)s::int[]) AS zoom
    CROSS JOIN LATERAL (VALUES (0), (category_id)) AS kinds (category)
    CROSS JOIN LATERAL (VALUES (CASE WHEN zoom = %(finest)s THEN placed.path ELSE split_part(placed.path, '.', 1) END)) AS scope (path)
    GROUP BY 1, 2, 3, 4, 5
), gone AS (
    DELETE FROM issues_heatbin AS old
    WHERE week = %(week)s AND NOT EXISTS (
        SELECT FROM fresh
        WHERE (fresh.zoom, fresh.category, fresh.x, fresh.y) = (old.zoom, old.category, old.x, old.y)
          AND fresh.path = old.path COLLATE "C"
    )
    RETURNING 1
), put AS (
    INSERT INTO issues_heatbin AS old (zoom, category, x, y, week, path, count)
    SELECT zoom, category, x, y, %(week)s, path, count FROM fresh ORDER BY 1, 2, 3, 4  -- as the key lies on disk
    ON CONFLICT (zoom, category, x, y, week, path) DO UPDATE SET count = excluded.count WHERE old.count <> excluded.count
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)
