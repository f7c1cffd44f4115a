-- Which of the open issues the rules of their own policy suggest to raise, and why; a suggestion, never an action.
-- Takes ids, and one array per rule, in step: policies, near_m, periods (intervals), fewest (issues), cells (distinct
-- areas), reopened (times). Gives id, cause.
-- Not ORM: metres on the globe behind a box that the index understands.
SELECT issue.id, CASE WHEN issue.reopened >= rule.reopened THEN 'reopen' ELSE 'cluster' END AS cause
FROM issues_issue AS issue
JOIN unnest(%(policies)s::bigint[], %(near_m)s::float8[], %(periods)s::interval[], %(fewest)s::int[], %(cells)s::int[],
            %(reopened)s::int[]) AS rule (policy_id, near_m, period, fewest, cells, reopened)
  ON rule.policy_id = issue.policy_id
WHERE issue.id = ANY(%(ids)s) AND issue.closed_at IS NULL
  AND (issue.reopened >= rule.reopened
       OR (SELECT count(*) >= rule.fewest AND count(DISTINCT near.path) >= rule.cells
           FROM issues_issue AS near
           WHERE near.closed_at IS NULL AND near.category_id = issue.category_id
             AND near.reported_at BETWEEN issue.reported_at - rule.period AND issue.reported_at + rule.period
             AND near.point && ST_Expand(issue.point, rule.near_m / 111000.0 / cos(radians(ST_Y(issue.point))))
             AND ST_DWithin(near.point::geography, issue.point::geography, rule.near_m)))
