-- Links issues that nobody linked when they were reported (imported history) to the one they come back from, by the
-- rule of recurrence.sql. Takes ids, policy, period (interval), near_m, cell_level. Gives nothing; rowcount says how many.
-- Not ORM: an update from a lateral look-up. In two halves, so that each has its index: what lies in the same cell, and what
-- lies near; nothing is closed before it was reported, which spares the newer ones of the cell.
UPDATE issues_issue AS issue
SET recurrence_of_id = found.id
FROM issues_issue AS again
JOIN grids_area AS area ON area.id = again.area_id
CROSS JOIN LATERAL (
    SELECT both_halves.id
    FROM (
        (SELECT earlier.id, earlier.closed_at
         FROM issues_issue AS earlier
         WHERE area.level = %(cell_level)s AND earlier.path = again.path
           AND earlier.reported_at <= again.reported_at
           AND earlier.category_id = again.category_id
           AND earlier.id <> again.id
           AND earlier.status IN ('closed', 'closed_explained')
           AND earlier.closed_at <= again.reported_at
           AND earlier.closed_at >= again.reported_at - %(period)s
         ORDER BY earlier.closed_at DESC, earlier.id DESC LIMIT 1)
        UNION ALL
        (SELECT earlier.id, earlier.closed_at
         FROM issues_issue AS earlier
         WHERE earlier.point && ST_Expand(again.point, %(near_m)s / 111000.0 / cos(radians(ST_Y(again.point))))
           AND earlier.category_id = again.category_id
           AND earlier.id <> again.id
           AND earlier.status IN ('closed', 'closed_explained')
           AND earlier.closed_at <= again.reported_at
           AND earlier.closed_at >= again.reported_at - %(period)s
           AND ST_DWithin(earlier.point::geography, again.point::geography, %(near_m)s)
         ORDER BY earlier.closed_at DESC, earlier.id DESC LIMIT 1)
    ) AS both_halves
    ORDER BY both_halves.closed_at DESC, both_halves.id DESC
    LIMIT 1
) AS found
WHERE issue.id = again.id AND again.id = ANY (%(ids)s) AND again.policy_id = %(policy)s
  AND issue.recurrence_of_id IS DISTINCT FROM found.id
