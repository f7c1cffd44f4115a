-- Links issues that nobody linked when they were reported (imported history) to the one they come back from, by the
-- rule of recurrence.sql. Takes policy, period (interval), near_m, cell_level, uncounted (statuses). Gives nothing; rowcount says how many.
-- Not ORM: an update from a lateral look-up.
UPDATE issues_issue AS issue
SET recurrence_of_id = found.id
FROM issues_issue AS again
JOIN grids_area AS area ON area.id = again.area_id
CROSS JOIN LATERAL (
    SELECT earlier.id
    FROM issues_issue AS earlier
    WHERE earlier.category_id = again.category_id
      AND earlier.id <> again.id
      AND earlier.status IN ('closed', 'closed_explained')
      AND earlier.closed_at <= again.reported_at
      AND earlier.closed_at >= again.reported_at - %(period)s
      AND ((area.level = %(cell_level)s AND earlier.path = again.path)
           OR (earlier.point && ST_Expand(again.point, %(near_m)s / 111000.0 / cos(radians(ST_Y(again.point))))
               AND ST_DWithin(earlier.point::geography, again.point::geography, %(near_m)s)))
    ORDER BY earlier.closed_at DESC, earlier.id DESC
    LIMIT 1
) AS found
WHERE issue.id = again.id AND again.policy_id = %(policy)s AND again.recurrence_of_id IS NULL AND again.status <> ALL(%(uncounted)s)
