CREATE TABLE `service_account_roles` (
	`service_account_id` text NOT NULL,
	`role` text NOT NULL,
	PRIMARY KEY(`service_account_id`, `role`),
	FOREIGN KEY (`service_account_id`) REFERENCES `service_accounts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`role`) REFERENCES `roles`(`name`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `service_account_roles_role` ON `service_account_roles` (`role`);--> statement-breakpoint
CREATE TABLE `service_account_secrets` (
	`id` text PRIMARY KEY NOT NULL,
	`service_account_id` text NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	FOREIGN KEY (`service_account_id`) REFERENCES `service_accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `service_account_secrets_account` ON `service_account_secrets` (`service_account_id`);--> statement-breakpoint
CREATE TABLE `service_accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`status` text DEFAULT 'active' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "service_accounts_status" CHECK("service_accounts"."status" in ('active', 'disabled'))
);
