-- Written by hand: a value that is neither would be read as no.
ALTER TABLE `roles` ADD `require_aal2` integer DEFAULT 0 NOT NULL CHECK (`require_aal2` in (0, 1));
