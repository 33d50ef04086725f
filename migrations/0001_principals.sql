CREATE TABLE `principals` (
	`access_key_id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`account_id` text NOT NULL,
	`arn` text NOT NULL,
	`user_id` text NOT NULL,
	`secret` text NOT NULL,
	`session_token` text,
	`expires_at` integer,
	`created_at` integer NOT NULL,
	`tags` text NOT NULL,
	`policies` text NOT NULL,
	`organization_id` text
);
--> statement-breakpoint
CREATE TABLE `usage` (
	`region` text NOT NULL,
	`plan_id` text NOT NULL,
	`key_id` text NOT NULL,
	`day` text NOT NULL,
	`used` integer NOT NULL,
	`spent` integer,
	`ends_at` integer,
	`remaining` integer,
	PRIMARY KEY(`plan_id`, `key_id`, `day`, `region`)
);
