-- Who writes many issues with their reports and words in one transaction has their documents made once, at the end, instead
-- of anew by each trigger: SET LOCAL gridgov.search_waits = 'on', write, set it 'off', SELECT issues_search_begin(keys).
-- Replaces the function of search.sql; undone by search_waits_undo.sql.
CREATE OR REPLACE FUNCTION issues_search_rebuild(wanted bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(wanted) IS NULL OR cardinality(wanted) = 0 OR current_setting('gridgov.search_waits', true) = 'on' THEN
        RETURN;
    END IF;
    INSERT INTO issues_issuewords (issue_id, words)
        SELECT id, '' FROM issues_issue WHERE id = ANY (wanted) ORDER BY id
        ON CONFLICT (issue_id) DO NOTHING;
    PERFORM FROM issues_issuewords WHERE issue_id = ANY (wanted) ORDER BY issue_id FOR UPDATE;
    UPDATE issues_issuewords AS kept SET words = document.words
        FROM issues_search_documents(wanted) AS document
        WHERE kept.issue_id = document.issue_id AND kept.words IS DISTINCT FROM document.words;
END $$;

-- The documents of issues that this transaction wrote, and that have none yet: nobody else can see them, so nothing is locked.
CREATE FUNCTION issues_search_begin(wanted bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO issues_issuewords (issue_id, words) SELECT issue_id, words FROM issues_search_documents(wanted)
$$;
