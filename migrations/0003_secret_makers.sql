ALTER TABLE `roles` ADD `change_id` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `service_account_secrets` ADD `made_by` text;--> statement-breakpoint
ALTER TABLE `service_account_secrets` ADD `made_with` text;--> statement-breakpoint
ALTER TABLE `service_account_secrets` ADD `last_used_at` integer;--> statement-breakpoint
ALTER TABLE `service_accounts` ADD `tokens_from` integer DEFAULT 1 NOT NULL;