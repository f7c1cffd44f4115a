-- Makes one week of `issues_heatarea` right, as heat_bins.sql does for the bins; issues without a point count here too.
-- Takes week, since, until (of the week), paths (of areas; null: all), uncounted (statuses), cell, village (levels). Gives
-- how many rows changed.
-- Not ORM: one statement that writes only differences.
WITH fresh AS (
    SELECT issue.path, category_id AS category,
           CASE area.level WHEN %(cell)s THEN regexp_replace(issue.path, '[.][^.]+$', '')
                           WHEN %(village)s THEN issue.path
                           ELSE '' END AS village,
           count(*) AS count, count(*) FILTER (WHERE NOT non_public) AS public_count
    FROM issues_issue AS issue JOIN grids_area AS area ON area.id = issue.area_id
    WHERE reported_at >= %(since)s AND reported_at < %(until)s AND NOT sealed AND status <> ALL(%(uncounted)s)
      AND (%(paths)s::text[] IS NULL OR issue.path = ANY(%(paths)s))
    GROUP BY 1, 2, 3
), gone AS (
    DELETE FROM issues_heatarea AS old
    WHERE week = %(week)s AND (%(paths)s::text[] IS NULL OR old.path = ANY(%(paths)s)) AND NOT EXISTS (
        SELECT FROM fresh WHERE fresh.path = old.path COLLATE "C" AND fresh.category = old.category
    )
    RETURNING 1
), put AS (
    INSERT INTO issues_heatarea AS old (path, category, week, village, count, public_count)
    SELECT path, category, %(week)s, village, count, public_count FROM fresh ORDER BY 1, 2  -- as the key lies on disk
    ON CONFLICT (path, category, week) DO UPDATE
    SET (village, count, public_count) = (excluded.village, excluded.count, excluded.public_count)
    WHERE (old.village, old.count, old.public_count) <> (excluded.village, excluded.count, excluded.public_count)
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)
