-- Which of the open issues the rules suggest to raise, and why; a suggestion, never an action.
-- Takes ids, and one array per rule of a policy, in step: policies, near_m, periods (intervals), fewest (issues), cells
-- (distinct areas), reopened (times). Gives id, cause (by the issue's own policy; or null), trend of the hot spot of its
-- group of categories that it lies in (or null; one that fades is none), whether its category keeps coming back there.
-- Not ORM: metres on the globe behind a box that the index understands.
SELECT * FROM (
    SELECT issue.id,
           CASE WHEN issue.reopened >= rule.reopened THEN 'reopen'
                WHEN (SELECT count(*) >= rule.fewest AND count(DISTINCT near.path) >= rule.cells
                      FROM issues_issue AS near
                      WHERE near.closed_at IS NULL AND near.category_id = issue.category_id
                        AND near.reported_at BETWEEN issue.reported_at - rule.period AND issue.reported_at + rule.period
                        AND near.point && ST_Expand(issue.point, rule.near_m / 111000.0 / cos(radians(ST_Y(issue.point))))
                        AND ST_DWithin(near.point::geography, issue.point::geography, rule.near_m)) THEN 'cluster'
           END AS cause,
           (SELECT spot.trend FROM issues_hotspot AS spot
            WHERE spot.path = issue.path AND spot."group" = coalesce(family.code, category.code)
              AND spot.is_hot AND NOT spot.is_public AND spot.trend <> 'fading'
            LIMIT 1) AS trend,
           EXISTS (SELECT FROM issues_hotplace AS place
                   WHERE place.category_id = issue.category_id AND issue.path = ANY(place.paths)
                     AND place.month = (SELECT max(latest.month) FROM issues_hotplace AS latest WHERE latest.county = place.county)) AS keeps_coming
    FROM issues_issue AS issue
    JOIN unnest(%(policies)s::bigint[], %(near_m)s::float8[], %(periods)s::interval[], %(fewest)s::int[], %(cells)s::int[],
                %(reopened)s::int[]) AS rule (policy_id, near_m, period, fewest, cells, reopened)
      ON rule.policy_id = issue.policy_id
    JOIN issues_category AS category ON category.id = issue.category_id
    LEFT JOIN issues_category AS family ON family.id = category.group_id
    WHERE issue.id = ANY(%(ids)s) AND issue.closed_at IS NULL
) AS found
WHERE cause IS NOT NULL OR trend IS NOT NULL OR keeps_coming
