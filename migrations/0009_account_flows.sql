CREATE TABLE `mails` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`purpose` text NOT NULL,
	`at` integer NOT NULL,
	`sent` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE INDEX `mails_user` ON `mails` (`user_id`,`at`);--> statement-breakpoint
CREATE INDEX `mails_at` ON `mails` (`at`);--> statement-breakpoint
ALTER TABLE `users` ADD `expires_at` integer;--> statement-breakpoint
CREATE INDEX `users_expires` ON `users` (`expires_at`) WHERE expires_at is not null;--> statement-breakpoint
CREATE TRIGGER users_expires_insert BEFORE INSERT ON users
WHEN NEW.expires_at IS NOT NULL
  AND (typeof(NEW.expires_at) <> 'integer' OR NEW.expires_at NOT BETWEEN 0 AND 999999999999999)
BEGIN
  SELECT RAISE(ABORT, 'users.expires_at is not Unix milliseconds');
END;
--> statement-breakpoint
CREATE TRIGGER users_expires_update BEFORE UPDATE OF expires_at ON users
WHEN NEW.expires_at IS NOT NULL
  AND (typeof(NEW.expires_at) <> 'integer' OR NEW.expires_at NOT BETWEEN 0 AND 999999999999999)
BEGIN
  SELECT RAISE(ABORT, 'users.expires_at is not Unix milliseconds');
END;
