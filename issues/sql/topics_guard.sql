-- Topics of a month and their lines are append-only, as the ledger is: what was decided and told stays as it was.
-- Undone by topics_guard_undo.sql.
CREATE TRIGGER topic_kept BEFORE UPDATE OR DELETE ON issues_topic
    FOR EACH ROW EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER topic_not_emptied BEFORE TRUNCATE ON issues_topic
    FOR EACH STATEMENT EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER topic_line_kept BEFORE UPDATE OR DELETE ON issues_topicline
    FOR EACH ROW EXECUTE FUNCTION issues_ledger_refuse();
CREATE TRIGGER topic_line_not_emptied BEFORE TRUNCATE ON issues_topicline
    FOR EACH STATEMENT EXECUTE FUNCTION issues_ledger_refuse();
