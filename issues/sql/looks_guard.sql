-- Looks at contacts are append-only, as the ledger is: what somebody saw cannot be unseen.
-- Undone by looks_guard_undo.sql.
CREATE TRIGGER contact_look_kept BEFORE UPDATE OR DELETE ON issues_contactlook
    FOR EACH ROW EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER contact_look_not_emptied BEFORE TRUNCATE ON issues_contactlook
    FOR EACH STATEMENT EXECUTE FUNCTION issues_ledger_refuse();
