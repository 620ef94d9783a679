CREATE TABLE `dead_letters` (
	`id` text PRIMARY KEY NOT NULL,
	`message` text NOT NULL,
	`died_at` integer NOT NULL,
	`reason` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `dead_letters_died` ON `dead_letters` (`died_at`);
--> statement-breakpoint
CREATE INDEX `dead_letters_mail` ON `dead_letters` (`died_at`) WHERE message ->> '$.mail' is not null;
--> statement-breakpoint
CREATE INDEX `dead_letters_subject` ON `dead_letters` (message ->> '$.event.subject.id');
--> statement-breakpoint
CREATE INDEX `dead_letters_actor` ON `dead_letters` (message ->> '$.event.actor.id');
--> statement-breakpoint
CREATE INDEX `dead_letters_kind` ON `dead_letters` (message ->> '$.kind');
--> statement-breakpoint
CREATE TABLE `mails` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`inbox` text NOT NULL,
	`purpose` text NOT NULL,
	`at` integer NOT NULL,
	`sent` integer DEFAULT false NOT NULL,
	`claimed_until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `mails_user` ON `mails` (`user_id`,`at`);
--> statement-breakpoint
CREATE INDEX `mails_inbox` ON `mails` (`inbox`,`at`);
--> statement-breakpoint
CREATE INDEX `mails_at` ON `mails` (`at`);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`message` text NOT NULL,
	`due_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`due_at`);
--> statement-breakpoint
ALTER TABLE `users` ADD `expires_at` integer;
--> statement-breakpoint
CREATE INDEX `users_expires` ON `users` (`expires_at`) WHERE expires_at is not null;
--> statement-breakpoint
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
