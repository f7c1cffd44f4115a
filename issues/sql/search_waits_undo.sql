DROP FUNCTION issues_search_begin(bigint[]);

CREATE OR REPLACE FUNCTION issues_search_rebuild(wanted bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(wanted) IS NULL OR cardinality(wanted) = 0 THEN
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
