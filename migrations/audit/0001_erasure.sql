CREATE TABLE `erased` (
	`id` text PRIMARY KEY NOT NULL,
	`deleted_at` integer NOT NULL,
	`done` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE INDEX `erased_done` ON `erased` (`done`,`deleted_at`);--> statement-breakpoint
CREATE INDEX `events_subject_context` ON `events` (`subject_id`) WHERE actor_kind = 'anyone' and (ip is not null or user_agent is not null or request_id is not null);--> statement-breakpoint
CREATE INDEX `events_actor_context` ON `events` (`actor_id`) WHERE actor_kind <> 'anyone' and (ip is not null or user_agent is not null or request_id is not null);