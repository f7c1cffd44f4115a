-- Takes back suggestions_guard.sql.
DROP TRIGGER suggestion_answer_not_emptied ON issues_suggestionanswer;
DROP TRIGGER suggestion_answer_kept ON issues_suggestionanswer;
DROP TRIGGER suggestion_answer_erased_only ON issues_suggestionanswer;
DROP TRIGGER suggestion_not_emptied ON issues_suggestion;
DROP TRIGGER suggestion_kept ON issues_suggestion;
DROP TRIGGER suggestion_erased_only ON issues_suggestion;
DROP FUNCTION issues_suggestion_only_erased();
