-- The weeks whose issues an event numbered above `after` may have changed, each with the areas it concerns: where the
-- issue is filed, and where it was before a person filed it elsewhere. Takes after, verbs, place (the verb that files
-- elsewhere), zone. Gives week, paths, ordered.
-- Not ORM: weeks in the county's own time have no spelling there that reads as plainly.
SELECT ((issue.reported_at AT TIME ZONE %(zone)s)::date - DATE '1970-01-05') / 7 AS week, array_agg(DISTINCT stirred.path) AS paths
FROM issues_event AS event JOIN issues_issue AS issue ON issue.id = event.issue_id
CROSS JOIN LATERAL (VALUES (issue.path), (CASE WHEN event.verb = %(place)s THEN event.facts ->> 'from' END)) AS stirred (path)
WHERE event.id > %(after)s AND event.verb = ANY(%(verbs)s) AND issue.reported_at >= '1970-01-06' AND stirred.path IS NOT NULL
GROUP BY 1
ORDER BY 1
