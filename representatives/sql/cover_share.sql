-- How many places need a post, and how many of them lack it, in each of the areas asked about. Follows cover.sql, which was given
-- one need. Gives path (of each area asked about), lacking, total.
SELECT asked.path, coalesce(short.n, 0), coalesce(total.n, 0)
FROM unnest(%(paths)s::text[]) AS asked (path)
LEFT JOIN (SELECT asked, count(*) AS n FROM wanted GROUP BY asked) AS total ON total.asked = asked.path
LEFT JOIN (SELECT asked, count(*) AS n FROM lacking GROUP BY asked) AS short ON short.asked = asked.path
