-- Which of the open issues the rules suggest to raise, and why; a suggestion, never an action.
-- Takes ids, near_m, days, fewest (issues), cells (distinct areas), reopened (times). Gives id, cause.
-- Not ORM: metres on the globe behind a box that the index understands.
SELECT issue.id, CASE WHEN issue.reopened >= %(reopened)s THEN 'reopen' ELSE 'cluster' END AS cause
FROM issues_issue AS issue
WHERE issue.id = ANY(%(ids)s) AND issue.closed_at IS NULL
  AND (issue.reopened >= %(reopened)s
       OR (SELECT count(*) >= %(fewest)s AND count(DISTINCT near.path) >= %(cells)s
           FROM issues_issue AS near
           WHERE near.closed_at IS NULL AND near.category_id = issue.category_id
             AND near.reported_at BETWEEN issue.reported_at - make_interval(days => %(days)s)
                                      AND issue.reported_at + make_interval(days => %(days)s)
             AND near.point && ST_Expand(issue.point, %(near_m)s / 111000.0 / cos(radians(ST_Y(issue.point))))
             AND ST_DWithin(near.point::geography, issue.point::geography, %(near_m)s)))
