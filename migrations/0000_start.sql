CREATE TABLE `claims` (
	`space` text NOT NULL,
	`name` text NOT NULL,
	`region` text NOT NULL,
	`path` text NOT NULL,
	PRIMARY KEY(`space`, `name`)
);
--> statement-breakpoint
CREATE INDEX `claims_path` ON `claims` (`path`,`region`);--> statement-breakpoint
CREATE TABLE `documents` (
	`region` text NOT NULL,
	`path` text NOT NULL,
	`parent` text NOT NULL,
	`kind` text NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`path`, `region`)
);
--> statement-breakpoint
CREATE INDEX `documents_parent` ON `documents` (`parent`,`region`,`path`);--> statement-breakpoint
CREATE TABLE `journal` (
	`region` text NOT NULL,
	`root` text NOT NULL,
	`revision` integer NOT NULL,
	PRIMARY KEY(`root`, `region`, `revision`)
);
--> statement-breakpoint
CREATE TABLE `snapshots` (
	`id` text NOT NULL,
	`part` integer NOT NULL,
	`api_id` text NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`id`, `part`)
);
--> statement-breakpoint
CREATE INDEX `snapshots_api` ON `snapshots` (`api_id`);