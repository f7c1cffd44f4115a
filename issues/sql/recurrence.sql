-- The issue that a newly reported one comes back from: same category, same cell or near, closed not long ago.
-- Takes category, reported_at, period (interval), cell (path; empty if the cell is not known), lon, lat (or null), near_m, box
-- (degrees that surely hold near_m). Gives id: of the latest closed. What `recurrence.py` defines; `recurrence_missing`
-- asks the same of many at once.
-- Not ORM: metres on the globe behind a box that the index understands.
SELECT id
FROM issues_issue
WHERE category_id = %(category)s
  AND status IN ('closed', 'closed_explained')
  AND closed_at <= %(reported_at)s AND closed_at >= %(reported_at)s - %(period)s
  AND ((%(cell)s <> '' AND path = %(cell)s)
       OR (point && ST_Expand(ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(box)s)
           AND ST_DWithin(point::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography, %(near_m)s)))
ORDER BY closed_at DESC, id DESC
LIMIT 1
