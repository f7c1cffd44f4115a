-- Takes back public_notices_guard.sql.
DROP TRIGGER public_notice_step_not_emptied ON issues_publicnoticestep;
DROP TRIGGER public_notice_step_kept ON issues_publicnoticestep;
DROP TRIGGER public_notice_step_erased_only ON issues_publicnoticestep;
DROP TRIGGER public_notice_not_emptied ON issues_publicnotice;
DROP TRIGGER public_notice_kept ON issues_publicnotice;
DROP TRIGGER public_notice_erased_only ON issues_publicnotice;
DROP FUNCTION issues_public_notice_only_erased();
