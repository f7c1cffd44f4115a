DROP TRIGGER contact_look_kept ON issues_contactlook;
DROP TRIGGER contact_look_not_emptied ON issues_contactlook;
