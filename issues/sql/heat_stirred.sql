-- The weeks whose issues an event numbered above `after` may have changed. Takes after, verbs, zone. Gives week.
-- Not ORM: weeks in the county's own time have no spelling there that reads as plainly.
SELECT DISTINCT ((issue.reported_at AT TIME ZONE %(zone)s)::date - DATE '1970-01-05') / 7 AS week
FROM issues_event AS event JOIN issues_issue AS issue ON issue.id = event.issue_id
WHERE event.id > %(after)s AND event.verb = ANY(%(verbs)s) AND issue.reported_at >= '1970-01-06'
ORDER BY week
