-- What was said of results, as the figures count it: a row for each rating, and one for each poll with its ballots.
-- A round that was polled has its ballots alone: who reported it is one of the households polled.
-- Not ORM: a union of two tables that is counted, grouped and listed as one.
create view issues_judgement as
select r.id * 2 as id,
       s.issue_id,
       r.round,
       r.rated_at as at,
       r.value,
       1 as rated,
       (r.value <> 'dissatisfied')::int as content,
       0 as silent
from issues_rating r
join issues_submission s on s.id = r.submission_id
where not exists (select from issues_poll p where p.issue_id = s.issue_id and p.round = r.round)
union all
select p.id * 2 + 1,
       p.issue_id,
       p.round,
       p.at,
       '',
       p.satisfied + p.mostly_satisfied + p.dissatisfied,
       p.satisfied + p.mostly_satisfied,
       p.silent
from issues_poll p;
