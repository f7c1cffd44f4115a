-- The triggers of search.sql ask first whether somebody has said that the documents wait (search_waits.sql), and only then what
-- has changed: looking up the issues of some thousand words costs more than writing them. Undone by search_waits_first_undo.sql.
CREATE OR REPLACE FUNCTION issues_search_waits() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('gridgov.search_waits', true), '') = 'on'
$$;

CREATE OR REPLACE FUNCTION issues_search_issue_filed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT issues_search_waits() THEN
        PERFORM issues_search_rebuild(ARRAY(SELECT id FROM fresh));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION issues_search_report_filed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT issues_search_waits() THEN
        PERFORM issues_search_rebuild(ARRAY(SELECT DISTINCT issue_id FROM fresh));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION issues_search_words_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT issues_search_waits() THEN
        PERFORM issues_search_rebuild(ARRAY(
            SELECT DISTINCT event.issue_id FROM fresh JOIN issues_event AS event ON event.id = fresh.event_id));
    END IF;
    RETURN NULL;
END $$;
