CREATE INDEX `dead_letters_subject` ON `dead_letters` (message ->> '$.event.subject.id');--> statement-breakpoint
CREATE INDEX `dead_letters_actor` ON `dead_letters` (message ->> '$.event.actor.id');