-- Whoever changes a row by other means than the service need not think of the account's object:
-- the version moves on by itself, and so does password_set_at with another hash. Whatever moved a
-- version is noted, and so are rows that came and went. REPLACE fires no trigger for the row that it
-- removes, so that one is noted before.
CREATE TABLE `change_feed` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `own_changes` (
	`user_id` text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TRIGGER users_feed_insert AFTER INSERT ON users
WHEN NOT EXISTS (SELECT 1 FROM own_changes WHERE user_id = NEW.id)
BEGIN
  INSERT INTO change_feed (user_id) VALUES (NEW.id);
END;
--> statement-breakpoint
CREATE TRIGGER users_feed_replaced_insert BEFORE INSERT ON users
WHEN NOT EXISTS (SELECT 1 FROM own_changes WHERE user_id = NEW.id)
BEGIN
  INSERT INTO change_feed (user_id) SELECT id FROM users WHERE email = NEW.email AND id <> NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER users_feed_replaced_update BEFORE UPDATE OF email ON users
WHEN NEW.email <> OLD.email AND NOT EXISTS (SELECT 1 FROM own_changes WHERE user_id = OLD.id)
BEGIN
  INSERT INTO change_feed (user_id) SELECT id FROM users WHERE email = NEW.email AND id <> OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER users_feed_update AFTER UPDATE OF id, version ON users
WHEN (NEW.id <> OLD.id OR NEW.version <> OLD.version)
  AND NOT EXISTS (SELECT 1 FROM own_changes WHERE user_id = OLD.id)
BEGIN
  INSERT INTO change_feed (user_id) SELECT OLD.id UNION SELECT NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER users_feed_delete AFTER DELETE ON users
WHEN NOT EXISTS (SELECT 1 FROM own_changes WHERE user_id = OLD.id)
BEGIN
  INSERT INTO change_feed (user_id) VALUES (OLD.id);
END;
--> statement-breakpoint
CREATE TRIGGER users_password_moves AFTER UPDATE OF password_hash ON users
WHEN NEW.password_hash IS NOT OLD.password_hash AND NEW.password_set_at = OLD.password_set_at
  AND NOT EXISTS (SELECT 1 FROM own_changes WHERE user_id = OLD.id)
BEGIN
  UPDATE users SET password_set_at = max(unixepoch() * 1000, password_set_at + 1) WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER users_version_moves AFTER UPDATE OF status, password_set_at ON users
WHEN (NEW.status <> OLD.status OR NEW.password_set_at <> OLD.password_set_at)
  AND NEW.version = OLD.version AND NOT EXISTS (SELECT 1 FROM own_changes WHERE user_id = OLD.id)
BEGIN
  UPDATE users SET version = version + 1 WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER user_roles_moves_insert AFTER INSERT ON user_roles
WHEN NOT EXISTS (SELECT 1 FROM own_changes WHERE user_id = NEW.user_id)
BEGIN
  UPDATE users SET version = version + 1 WHERE id = NEW.user_id;
END;
--> statement-breakpoint
CREATE TRIGGER user_roles_moves_update AFTER UPDATE OF user_id, role ON user_roles
WHEN NEW.user_id <> OLD.user_id OR NEW.role <> OLD.role
BEGIN
  UPDATE users SET version = version + 1 WHERE id IN (OLD.user_id, NEW.user_id);
END;
--> statement-breakpoint
CREATE TRIGGER user_roles_moves_delete AFTER DELETE ON user_roles
WHEN NOT EXISTS (SELECT 1 FROM own_changes WHERE user_id = OLD.user_id)
BEGIN
  UPDATE users SET version = version + 1 WHERE id = OLD.user_id;
END;
