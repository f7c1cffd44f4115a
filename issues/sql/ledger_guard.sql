-- The ledger is append-only: the database itself refuses to change or remove an event, whoever asks.
-- The words beside an event may be erased (texts emptied, erased_at set, once and for all), never altered or removed.
-- Undone by ledger_guard_undo.sql.
CREATE FUNCTION issues_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION issues_words_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.texts = '{}'::jsonb AND NEW.event_id = OLD.event_id THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The words of event % may be erased, not altered.', OLD.event_id USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_event_kept BEFORE UPDATE OR DELETE ON issues_event
    FOR EACH ROW EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER ledger_event_not_emptied BEFORE TRUNCATE ON issues_event
    FOR EACH STATEMENT EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER ledger_words_erased_only BEFORE UPDATE ON issues_eventtext
    FOR EACH ROW EXECUTE FUNCTION issues_words_only_erased();
CREATE TRIGGER ledger_words_kept BEFORE DELETE ON issues_eventtext
    FOR EACH ROW EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER ledger_words_not_emptied BEFORE TRUNCATE ON issues_eventtext
    FOR EACH STATEMENT EXECUTE FUNCTION issues_ledger_refuse();
