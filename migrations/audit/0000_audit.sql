CREATE TABLE `erased` (
	`id` text PRIMARY KEY NOT NULL,
	`deleted_at` integer NOT NULL,
	`done` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE INDEX `erased_done` ON `erased` (`done`,`deleted_at`);--> statement-breakpoint
CREATE TABLE `events` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`occurred_at` integer NOT NULL,
	`seq` integer,
	`stored_at` integer NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`subject_kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`ip` text,
	`user_agent` text,
	`request_id` text,
	`outcome` text NOT NULL,
	`reason` text,
	`data` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `events_time` ON `events` (`occurred_at`,`id`);--> statement-breakpoint
CREATE INDEX `events_subject` ON `events` (`subject_id`,`occurred_at`,`id`);--> statement-breakpoint
CREATE INDEX `events_actor` ON `events` (`actor_id`,`occurred_at`,`id`);--> statement-breakpoint
CREATE INDEX `events_place` ON `events` (`subject_id`,`seq`) WHERE seq is not null;--> statement-breakpoint
CREATE INDEX `events_type` ON `events` (`type`,`occurred_at`,`id`);--> statement-breakpoint
CREATE INDEX `events_subject_context` ON `events` (`subject_id`) WHERE actor_kind = 'anyone' and (ip is not null or user_agent is not null or request_id is not null);--> statement-breakpoint
CREATE INDEX `events_actor_context` ON `events` (`actor_id`) WHERE actor_kind <> 'anyone' and (ip is not null or user_agent is not null or request_id is not null);