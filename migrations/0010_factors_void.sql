-- An operator says that second factors are lost (docs/operations.md). The check is written by hand:
-- seconds in place of milliseconds would void nothing, without a word.
ALTER TABLE `users` ADD `factors_void_at` integer DEFAULT 0 NOT NULL CHECK (typeof(`factors_void_at`) = 'integer' AND (`factors_void_at` = 0 OR `factors_void_at` BETWEEN 1500000000000 AND 9999999999999));
--> statement-breakpoint
CREATE TRIGGER users_factors_void BEFORE UPDATE OF factors_void_at ON users
WHEN NEW.factors_void_at > unixepoch() * 1000 + 60000
BEGIN
  SELECT RAISE(ABORT, 'users.factors_void_at is in the future');
END;
--> statement-breakpoint
CREATE TRIGGER users_factors_move AFTER UPDATE OF factors_void_at ON users
WHEN NEW.factors_void_at <> OLD.factors_void_at
  AND NEW.version = OLD.version AND NOT EXISTS (SELECT 1 FROM own_changes WHERE user_id = OLD.id)
BEGIN
  UPDATE users SET version = version + 1 WHERE id = NEW.id;
END;
