-- The object of a user knows their verified address: a change of it by other hands moves the version
-- on, and so is noted like one of the status (0005_change_feed.sql).
CREATE TRIGGER users_email_moves AFTER UPDATE OF email, email_verified ON users
WHEN (NEW.email <> OLD.email OR NEW.email_verified <> OLD.email_verified)
  AND NEW.version = OLD.version AND NOT EXISTS (SELECT 1 FROM own_changes WHERE user_id = OLD.id)
BEGIN
  UPDATE users SET version = version + 1 WHERE id = NEW.id;
END;
