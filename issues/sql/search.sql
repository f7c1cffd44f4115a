-- Full-text search with nothing but PostgreSQL itself: the words of an issue as a tsvector with a GIN index.
--
-- Chinese has no spaces and most of its words have two characters. pg_trgm needs three; zhparser and pg_bigm must be
-- compiled for the server. So a run of Han (or kana, hangul) is stored as overlapping pairs, its last character alone:
-- 路灯不亮 → 路灯 灯不 不亮 亮; everything else as whole words. A query is cut the same way and asked as a phrase, so it
-- finds exactly what stands together. One character finds whatever pair begins with it: every occurrence begins one.
--
-- Each document also holds “@path” for its area and all that it lies in: the index itself leaves out what is out of scope.
-- What is sealed or not public is found by its number alone. Long numbers in what people wrote never get in.
-- Triggers keep it, in the transaction of the change, whoever makes it: what is erased is found no more from then on.
-- Undone by search_undo.sql.

-- Place and lexeme, in order.
CREATE FUNCTION issues_search_lexemes(words text) RETURNS TABLE (place bigint, lexeme text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT row_number() OVER (ORDER BY run.n, i), CASE WHEN m[1] IS NULL THEN left(m[2], 200) ELSE substr(m[1], i, 2) END
    FROM regexp_matches(
            lower(normalize(words, NFKC)),
            '([\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)'
            '|([0-9a-z\u00aa-\u02af\u0370-\u1fff\u2c00-\u2dff\ua640-\uabff]+)', 'g'
        ) WITH ORDINALITY AS run (m, n),
        LATERAL generate_series(1, coalesce(length(m[1]), 1)) AS i
$$;

CREATE FUNCTION issues_search_vector(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(quote_literal(lexeme) || ':' || least(place, 16383), ' ')::tsvector, ''::tsvector)
    FROM issues_search_lexemes(left(words, 20000))
$$;

-- What people wrote, without telephone and other long numbers.
CREATE FUNCTION issues_search_written(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT issues_search_vector(regexp_replace(words, '([0-9０-９][ -]?){7,}', ' ', 'g'))
$$;

-- The query for one term (no spaces): its lexemes as a phrase; the last may be the beginning of a word. NULL: no letter in it.
CREATE FUNCTION issues_search_phrase(term text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH found AS (
        SELECT place, lexeme, lexeme ~ '^[0-9a-z\u00aa-\u02af\u0370-\u1fff\u2c00-\u2dff\ua640-\uabff]' AS spelled,
               place = max(place) OVER () AS is_last, count(*) OVER () AS n,
               length(lag(lexeme) OVER (ORDER BY place)) = 2 AS after_pair
        FROM issues_search_lexemes(term)
    )
    -- The lone last character of a run stands in the pair before it already.
    SELECT string_agg(quote_literal(lexeme) || CASE WHEN is_last AND (spelled OR length(lexeme) = 1) THEN ':*' ELSE '' END,
                      ' <-> ' ORDER BY place)::tsquery
    FROM found
    WHERE NOT (is_last AND NOT spelled AND length(lexeme) = 1 AND n > 1 AND coalesce(after_pair, false)
               AND EXISTS (SELECT FROM found AS before WHERE before.place = found.place - 1 AND NOT before.spelled))
$$;

-- All terms, within any of the areas with these paths (NULL: anywhere). NULL, which nothing fits, if there is no letter in it.
CREATE FUNCTION issues_search_query(words text, paths text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH asked AS (
        SELECT string_agg('(' || phrase::text || ')', ' & ')::tsquery AS query
        FROM regexp_split_to_table(trim(words), '\s+') AS term, issues_search_phrase(term) AS phrase
        WHERE phrase IS NOT NULL
    )
    SELECT CASE WHEN paths IS NULL THEN query
        ELSE query && (SELECT string_agg(quote_literal('@' || path), ' | ')::tsquery FROM unnest(paths) AS path) END
    FROM asked
$$;

-- The documents of these issues. A number may also be asked without its year and zeros.
CREATE FUNCTION issues_search_documents(wanted bigint[]) RETURNS TABLE (issue_id bigint, words tsvector)
LANGUAGE sql STABLE AS $$
    SELECT issue.id,
        array_to_tsvector(ARRAY(
            SELECT '@' || array_to_string((string_to_array(issue.path, '.'))[:n], '.')
            FROM generate_series(1, cardinality(string_to_array(issue.path, '.'))) AS n))
        || setweight(issues_search_vector(issue.number || ' ' || ltrim(substring(issue.number FROM '[0-9]+$'), '0')), 'A')
        || CASE WHEN issue.sealed OR issue.non_public THEN ''::tsvector ELSE
            setweight(issues_search_written(issue.title), 'A')
            || setweight(issues_search_written(issue.place_text), 'B')
            || setweight(issues_search_vector(concat_ws(' ', township.name, village.name, area.name)), 'B')
            || setweight(issues_search_written((
                SELECT coalesce(string_agg(report.text, ' ' ORDER BY report.id), '')
                FROM issues_submission AS report WHERE report.issue_id = issue.id AND report.text_erased_at IS NULL)), 'C')
            || setweight(issues_search_written((
                SELECT coalesce(string_agg(said.value, ' ' ORDER BY event.number, said.key), '')
                FROM issues_event AS event
                JOIN issues_eventtext AS written ON written.event_id = event.id AND written.erased_at IS NULL,
                LATERAL jsonb_each_text(written.texts) AS said
                WHERE event.issue_id = issue.id)), 'D')
        END
    FROM issues_issue AS issue
    JOIN grids_area AS area ON area.id = issue.area_id
    LEFT JOIN grids_area AS village ON village.id = area.parent_id AND village.parent_id IS NOT NULL
    LEFT JOIN grids_area AS township ON township.id = village.parent_id AND township.parent_id IS NOT NULL
    WHERE issue.id = ANY (wanted)
$$;

-- Writes the documents of these issues anew. The rows are locked first, so that of two changes to one issue at the same
-- time the later reads what the earlier wrote.
CREATE FUNCTION issues_search_rebuild(wanted bigint[]) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION issues_search_issue_filed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM issues_search_rebuild(ARRAY(SELECT id FROM fresh));
    RETURN NULL;
END $$;

CREATE FUNCTION issues_search_issue_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM issues_search_rebuild(ARRAY(
        SELECT fresh.id FROM fresh JOIN stale USING (id)
        WHERE (fresh.number, fresh.title, fresh.place_text, fresh.path, fresh.sealed, fresh.non_public)
            IS DISTINCT FROM (stale.number, stale.title, stale.place_text, stale.path, stale.sealed, stale.non_public)));
    RETURN NULL;
END $$;

CREATE FUNCTION issues_search_report_filed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM issues_search_rebuild(ARRAY(SELECT DISTINCT issue_id FROM fresh));
    RETURN NULL;
END $$;

CREATE FUNCTION issues_search_report_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM issues_search_rebuild(ARRAY(
        SELECT DISTINCT unnest(ARRAY[fresh.issue_id, stale.issue_id]) FROM fresh JOIN stale USING (id)
        WHERE (fresh.issue_id, fresh.text, fresh.text_erased_at) IS DISTINCT FROM (stale.issue_id, stale.text, stale.text_erased_at)));
    RETURN NULL;
END $$;

CREATE FUNCTION issues_search_report_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM issues_search_rebuild(ARRAY(SELECT DISTINCT issue_id FROM stale));
    RETURN NULL;
END $$;

CREATE FUNCTION issues_search_words_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM issues_search_rebuild(ARRAY(
        SELECT DISTINCT event.issue_id FROM fresh JOIN issues_event AS event ON event.id = fresh.event_id));
    RETURN NULL;
END $$;

CREATE TRIGGER search_issue_filed AFTER INSERT ON issues_issue
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION issues_search_issue_filed();
CREATE TRIGGER search_issue_changed AFTER UPDATE ON issues_issue
    REFERENCING NEW TABLE AS fresh OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION issues_search_issue_changed();
CREATE TRIGGER search_report_filed AFTER INSERT ON issues_submission
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION issues_search_report_filed();
CREATE TRIGGER search_report_changed AFTER UPDATE ON issues_submission
    REFERENCING NEW TABLE AS fresh OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION issues_search_report_changed();
CREATE TRIGGER search_report_removed AFTER DELETE ON issues_submission
    REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION issues_search_report_removed();
CREATE TRIGGER search_words_written AFTER INSERT ON issues_eventtext
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION issues_search_words_written();
CREATE TRIGGER search_words_erased AFTER UPDATE ON issues_eventtext
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION issues_search_words_written();

SELECT issues_search_rebuild(ARRAY(SELECT id FROM issues_issue ORDER BY id));
