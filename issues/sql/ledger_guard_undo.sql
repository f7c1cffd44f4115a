-- Takes back ledger_guard.sql.
DROP TRIGGER ledger_words_not_emptied ON issues_eventtext;
DROP TRIGGER ledger_words_kept ON issues_eventtext;
DROP TRIGGER ledger_words_erased_only ON issues_eventtext;
DROP TRIGGER ledger_event_not_emptied ON issues_event;
DROP TRIGGER ledger_event_kept ON issues_event;
DROP FUNCTION issues_words_only_erased();
DROP FUNCTION issues_ledger_refuse();
