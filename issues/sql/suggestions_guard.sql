-- Suggestions about the platform and their answers are append-only, as the ledger is: what was complained of stays said.
-- Their words may be erased (text emptied, erased_at set, once and for all), nothing else altered, no row removed.
-- Undone by suggestions_guard_undo.sql.
CREATE FUNCTION issues_suggestion_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.text = ''
        AND to_jsonb(NEW) - 'text' - 'erased_at' = to_jsonb(OLD) - 'text' - 'erased_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The words of % may be erased, nothing else changed.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER suggestion_erased_only BEFORE UPDATE ON issues_suggestion
    FOR EACH ROW EXECUTE FUNCTION issues_suggestion_only_erased();
CREATE TRIGGER suggestion_kept BEFORE DELETE ON issues_suggestion
    FOR EACH ROW EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER suggestion_not_emptied BEFORE TRUNCATE ON issues_suggestion
    FOR EACH STATEMENT EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER suggestion_answer_erased_only BEFORE UPDATE ON issues_suggestionanswer
    FOR EACH ROW EXECUTE FUNCTION issues_suggestion_only_erased();
CREATE TRIGGER suggestion_answer_kept BEFORE DELETE ON issues_suggestionanswer
    FOR EACH ROW EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER suggestion_answer_not_emptied BEFORE TRUNCATE ON issues_suggestionanswer
    FOR EACH STATEMENT EXECUTE FUNCTION issues_ledger_refuse();
