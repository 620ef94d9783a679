-- Service accounts are judged by copies in objects of their own. Whatever moves what one is judged by
-- is noted in the batch that moves it, whoever does it: the service tells the objects before it
-- replies, and a cron those that are left. What a role grants concerns all who hold it, so the role
-- is noted; who lost it may still be judged by it, and is noted with it. Of entries that say the same
-- the newest stays, so the table cannot outgrow what it is about. REPLACE fires no trigger for the
-- row that it removes, so that one is noted before.
CREATE TABLE `service_account_feed` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`service_account_id` text,
	`role` text
);
--> statement-breakpoint
CREATE TRIGGER service_account_feed_once AFTER INSERT ON service_account_feed
BEGIN
  DELETE FROM service_account_feed WHERE seq < NEW.seq
    AND service_account_id IS NEW.service_account_id AND role IS NEW.role;
END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_feed_insert AFTER INSERT ON service_accounts
BEGIN
  INSERT INTO service_account_feed (service_account_id) VALUES (NEW.id);
END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_feed_update AFTER UPDATE OF id, status, version, tokens_from ON service_accounts
BEGIN
  INSERT INTO service_account_feed (service_account_id) SELECT OLD.id UNION SELECT NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_feed_delete AFTER DELETE ON service_accounts
BEGIN
  INSERT INTO service_account_feed (service_account_id) VALUES (OLD.id);
END;
--> statement-breakpoint
CREATE TRIGGER service_account_roles_feed_insert AFTER INSERT ON service_account_roles
BEGIN
  INSERT INTO service_account_feed (service_account_id) VALUES (NEW.service_account_id);
END;
--> statement-breakpoint
CREATE TRIGGER service_account_roles_feed_update AFTER UPDATE OF service_account_id, role ON service_account_roles
BEGIN
  INSERT INTO service_account_feed (service_account_id, role)
  SELECT OLD.service_account_id, OLD.role UNION SELECT NEW.service_account_id, NEW.role;
END;
--> statement-breakpoint
CREATE TRIGGER service_account_roles_feed_delete AFTER DELETE ON service_account_roles
BEGIN
  INSERT INTO service_account_feed (service_account_id, role) VALUES (OLD.service_account_id, OLD.role);
END;
--> statement-breakpoint
CREATE TRIGGER service_account_secrets_feed_insert AFTER INSERT ON service_account_secrets
BEGIN
  INSERT INTO service_account_feed (service_account_id) VALUES (NEW.service_account_id);
END;
--> statement-breakpoint
CREATE TRIGGER service_account_secrets_feed_replaced_insert BEFORE INSERT ON service_account_secrets
WHEN EXISTS (SELECT 1 FROM service_account_secrets WHERE id = NEW.id)
BEGIN
  INSERT INTO service_account_feed (service_account_id)
  SELECT service_account_id FROM service_account_secrets WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER service_account_secrets_feed_replaced_update BEFORE UPDATE OF id ON service_account_secrets
WHEN NEW.id <> OLD.id AND EXISTS (SELECT 1 FROM service_account_secrets WHERE id = NEW.id)
BEGIN
  INSERT INTO service_account_feed (service_account_id)
  SELECT service_account_id FROM service_account_secrets WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER service_account_secrets_feed_update AFTER UPDATE OF id, service_account_id, hash, expires_at ON service_account_secrets
BEGIN
  INSERT INTO service_account_feed (service_account_id)
  SELECT OLD.service_account_id UNION SELECT NEW.service_account_id;
END;
--> statement-breakpoint
CREATE TRIGGER service_account_secrets_feed_delete AFTER DELETE ON service_account_secrets
BEGIN
  INSERT INTO service_account_feed (service_account_id) VALUES (OLD.service_account_id);
END;
--> statement-breakpoint
CREATE TRIGGER role_permissions_feed_insert AFTER INSERT ON role_permissions
WHEN EXISTS (SELECT 1 FROM service_account_roles WHERE role = NEW.role)
BEGIN
  INSERT INTO service_account_feed (role) VALUES (NEW.role);
END;
--> statement-breakpoint
CREATE TRIGGER role_permissions_feed_update AFTER UPDATE OF role, permission ON role_permissions
BEGIN
  INSERT INTO service_account_feed (role) SELECT OLD.role UNION SELECT NEW.role;
END;
--> statement-breakpoint
CREATE TRIGGER role_permissions_feed_delete AFTER DELETE ON role_permissions
WHEN EXISTS (SELECT 1 FROM service_account_roles WHERE role = OLD.role)
BEGIN
  INSERT INTO service_account_feed (role) VALUES (OLD.role);
END;
