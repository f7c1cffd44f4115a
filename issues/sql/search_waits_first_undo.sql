-- Takes back search_waits_first.sql: the functions as search.sql has them.
CREATE OR REPLACE FUNCTION issues_search_issue_filed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM issues_search_rebuild(ARRAY(SELECT id FROM fresh));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION issues_search_report_filed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM issues_search_rebuild(ARRAY(SELECT DISTINCT issue_id FROM fresh));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION issues_search_words_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM issues_search_rebuild(ARRAY(
        SELECT DISTINCT event.issue_id FROM fresh JOIN issues_event AS event ON event.id = fresh.event_id));
    RETURN NULL;
END $$;

DROP FUNCTION issues_search_waits();
