-- Village notices and what was decided of them are append-only: a new version replaces an old one, nobody edits it.
-- Their words may be erased (title and text emptied, erased_at set, once and for all), nothing else altered, no row removed.
-- Undone by public_notices_guard_undo.sql.
CREATE FUNCTION issues_public_notice_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.text = '' AND coalesce(to_jsonb(NEW)->>'title', '') = ''
        AND to_jsonb(NEW) - '{title,text,erased_at}'::text[] = to_jsonb(OLD) - '{title,text,erased_at}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The words of % may be erased, nothing else changed.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER public_notice_erased_only BEFORE UPDATE ON issues_publicnotice
    FOR EACH ROW EXECUTE FUNCTION issues_public_notice_only_erased();
CREATE TRIGGER public_notice_kept BEFORE DELETE ON issues_publicnotice
    FOR EACH ROW EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER public_notice_not_emptied BEFORE TRUNCATE ON issues_publicnotice
    FOR EACH STATEMENT EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER public_notice_step_erased_only BEFORE UPDATE ON issues_publicnoticestep
    FOR EACH ROW EXECUTE FUNCTION issues_public_notice_only_erased();
CREATE TRIGGER public_notice_step_kept BEFORE DELETE ON issues_publicnoticestep
    FOR EACH ROW EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER public_notice_step_not_emptied BEFORE TRUNCATE ON issues_publicnoticestep
    FOR EACH STATEMENT EXECUTE FUNCTION issues_ledger_refuse();
