-- Undoes topics_guard.sql.
DROP TRIGGER topic_kept ON issues_topic;
DROP TRIGGER topic_not_emptied ON issues_topic;
DROP TRIGGER topic_line_kept ON issues_topicline;
DROP TRIGGER topic_line_not_emptied ON issues_topicline;
