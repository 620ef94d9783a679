-- What the service could not have written is refused, whoever writes it. Rows that are there
-- already are not looked at again; an address gets its one spelling, unless another row has it.
UPDATE OR IGNORE users SET email = lower(email) WHERE email <> lower(email);
--> statement-breakpoint
CREATE TRIGGER users_id_insert BEFORE INSERT ON users
WHEN typeof(NEW.id) <> 'text' OR length(NEW.id) <> 26
  OR NEW.id NOT GLOB 'usr_*[AQgw]' OR substr(NEW.id, 5) GLOB '*[^A-Za-z0-9_-]*'
BEGIN
  SELECT RAISE(ABORT, 'users.id is not usr_ and 16 bytes as base64url');
END;
--> statement-breakpoint
CREATE TRIGGER users_id_update BEFORE UPDATE OF id ON users
WHEN typeof(NEW.id) <> 'text' OR length(NEW.id) <> 26
  OR NEW.id NOT GLOB 'usr_*[AQgw]' OR substr(NEW.id, 5) GLOB '*[^A-Za-z0-9_-]*'
BEGIN
  SELECT RAISE(ABORT, 'users.id is not usr_ and 16 bytes as base64url');
END;
--> statement-breakpoint
CREATE TRIGGER users_status_insert BEFORE INSERT ON users
WHEN NEW.status = 'deleted'
BEGIN
  SELECT RAISE(ABORT, 'users.status is not active or disabled');
END;
--> statement-breakpoint
CREATE TRIGGER users_email_insert BEFORE INSERT ON users
WHEN typeof(NEW.email) <> 'text' OR NEW.email <> lower(NEW.email) OR length(NEW.email) > 254
  OR NEW.email GLOB '*[^!-~]*' OR NEW.email GLOB '*@*@*' OR NEW.email NOT GLOB '?*@?*.?*'
BEGIN
  SELECT RAISE(ABORT, 'users.email is not an address in small ASCII letters');
END;
--> statement-breakpoint
CREATE TRIGGER users_email_update BEFORE UPDATE OF email ON users
WHEN typeof(NEW.email) <> 'text' OR NEW.email <> lower(NEW.email) OR length(NEW.email) > 254
  OR NEW.email GLOB '*[^!-~]*' OR NEW.email GLOB '*@*@*' OR NEW.email NOT GLOB '?*@?*.?*'
BEGIN
  SELECT RAISE(ABORT, 'users.email is not an address in small ASCII letters');
END;
--> statement-breakpoint
CREATE TRIGGER users_version_insert BEFORE INSERT ON users
WHEN typeof(NEW.version) <> 'integer' OR NEW.version NOT BETWEEN 1 AND 9007199254740991
BEGIN
  SELECT RAISE(ABORT, 'users.version is not a whole number above 0');
END;
--> statement-breakpoint
CREATE TRIGGER users_version_update BEFORE UPDATE OF version ON users
WHEN typeof(NEW.version) <> 'integer' OR NEW.version NOT BETWEEN 1 AND 9007199254740991
BEGIN
  SELECT RAISE(ABORT, 'users.version is not a whole number above 0');
END;
--> statement-breakpoint
CREATE TRIGGER users_times_insert BEFORE INSERT ON users
WHEN typeof(NEW.password_set_at) <> 'integer' OR NEW.password_set_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.created_at) <> 'integer' OR NEW.created_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.updated_at) <> 'integer' OR NEW.updated_at NOT BETWEEN 0 AND 999999999999999
BEGIN
  SELECT RAISE(ABORT, 'users: a time is not Unix milliseconds');
END;
--> statement-breakpoint
CREATE TRIGGER users_times_update BEFORE UPDATE OF password_set_at, created_at, updated_at ON users
WHEN typeof(NEW.password_set_at) <> 'integer' OR NEW.password_set_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.created_at) <> 'integer' OR NEW.created_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.updated_at) <> 'integer' OR NEW.updated_at NOT BETWEEN 0 AND 999999999999999
BEGIN
  SELECT RAISE(ABORT, 'users: a time is not Unix milliseconds');
END;
--> statement-breakpoint
CREATE TRIGGER users_kinds_insert BEFORE INSERT ON users
WHEN NEW.email_verified NOT IN (0, 1) OR typeof(NEW.change_id) <> 'text'
  OR typeof(NEW.name) NOT IN ('text', 'null') OR typeof(NEW.password_hash) NOT IN ('text', 'null')
BEGIN
  SELECT RAISE(ABORT, 'users: email_verified is not 0 or 1, or what should be text is not');
END;
--> statement-breakpoint
CREATE TRIGGER users_kinds_update BEFORE UPDATE OF email_verified, name, password_hash, change_id ON users
WHEN NEW.email_verified NOT IN (0, 1) OR typeof(NEW.change_id) <> 'text'
  OR typeof(NEW.name) NOT IN ('text', 'null') OR typeof(NEW.password_hash) NOT IN ('text', 'null')
BEGIN
  SELECT RAISE(ABORT, 'users: email_verified is not 0 or 1, or what should be text is not');
END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_id_insert BEFORE INSERT ON service_accounts
WHEN typeof(NEW.id) <> 'text' OR length(NEW.id) <> 26
  OR NEW.id NOT GLOB 'svc_*[AQgw]' OR substr(NEW.id, 5) GLOB '*[^A-Za-z0-9_-]*'
BEGIN
  SELECT RAISE(ABORT, 'service_accounts.id is not svc_ and 16 bytes as base64url');
END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_id_update BEFORE UPDATE OF id ON service_accounts
WHEN typeof(NEW.id) <> 'text' OR length(NEW.id) <> 26
  OR NEW.id NOT GLOB 'svc_*[AQgw]' OR substr(NEW.id, 5) GLOB '*[^A-Za-z0-9_-]*'
BEGIN
  SELECT RAISE(ABORT, 'service_accounts.id is not svc_ and 16 bytes as base64url');
END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_version_insert BEFORE INSERT ON service_accounts
WHEN typeof(NEW.version) <> 'integer' OR NEW.version NOT BETWEEN 1 AND 9007199254740991
  OR typeof(NEW.tokens_from) <> 'integer' OR NEW.tokens_from NOT BETWEEN 1 AND 9007199254740991
BEGIN
  SELECT RAISE(ABORT, 'service_accounts.version and tokens_from are not whole numbers above 0');
END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_version_update BEFORE UPDATE OF version, tokens_from ON service_accounts
WHEN typeof(NEW.version) <> 'integer' OR NEW.version NOT BETWEEN 1 AND 9007199254740991
  OR typeof(NEW.tokens_from) <> 'integer' OR NEW.tokens_from NOT BETWEEN 1 AND 9007199254740991
BEGIN
  SELECT RAISE(ABORT, 'service_accounts.version and tokens_from are not whole numbers above 0');
END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_times_insert BEFORE INSERT ON service_accounts
WHEN typeof(NEW.created_at) <> 'integer' OR NEW.created_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.updated_at) <> 'integer' OR NEW.updated_at NOT BETWEEN 0 AND 999999999999999
BEGIN
  SELECT RAISE(ABORT, 'service_accounts: a time is not Unix milliseconds');
END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_times_update BEFORE UPDATE OF created_at, updated_at ON service_accounts
WHEN typeof(NEW.created_at) <> 'integer' OR NEW.created_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.updated_at) <> 'integer' OR NEW.updated_at NOT BETWEEN 0 AND 999999999999999
BEGIN
  SELECT RAISE(ABORT, 'service_accounts: a time is not Unix milliseconds');
END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_name_insert BEFORE INSERT ON service_accounts
WHEN typeof(NEW.name) <> 'text'
BEGIN
  SELECT RAISE(ABORT, 'service_accounts.name is not text');
END;
--> statement-breakpoint
CREATE TRIGGER service_accounts_name_update BEFORE UPDATE OF name ON service_accounts
WHEN typeof(NEW.name) <> 'text'
BEGIN
  SELECT RAISE(ABORT, 'service_accounts.name is not text');
END;
--> statement-breakpoint
CREATE TRIGGER service_account_secrets_times_insert BEFORE INSERT ON service_account_secrets
WHEN typeof(NEW.created_at) <> 'integer' OR NEW.created_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.expires_at) NOT IN ('integer', 'null') OR NEW.expires_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.last_used_at) NOT IN ('integer', 'null') OR NEW.last_used_at NOT BETWEEN 0 AND 999999999999999
BEGIN
  SELECT RAISE(ABORT, 'service_account_secrets: a time is not Unix milliseconds');
END;
--> statement-breakpoint
CREATE TRIGGER service_account_secrets_times_update BEFORE UPDATE OF created_at, expires_at, last_used_at ON service_account_secrets
WHEN typeof(NEW.created_at) <> 'integer' OR NEW.created_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.expires_at) NOT IN ('integer', 'null') OR NEW.expires_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.last_used_at) NOT IN ('integer', 'null') OR NEW.last_used_at NOT BETWEEN 0 AND 999999999999999
BEGIN
  SELECT RAISE(ABORT, 'service_account_secrets: a time is not Unix milliseconds');
END;
--> statement-breakpoint
CREATE TRIGGER service_account_secrets_kinds_insert BEFORE INSERT ON service_account_secrets
WHEN typeof(NEW.id) <> 'text' OR typeof(NEW.hash) <> 'text' OR typeof(NEW.made_by) NOT IN ('text', 'null')
  OR (NEW.made_with IS NOT NULL AND iif(json_valid(NEW.made_with), json_type(NEW.made_with), '') <> 'array')
BEGIN
  SELECT RAISE(ABORT, 'service_account_secrets: what should be text is not, or made_with is not a JSON array');
END;
--> statement-breakpoint
CREATE TRIGGER service_account_secrets_kinds_update BEFORE UPDATE OF id, hash, made_by, made_with ON service_account_secrets
WHEN typeof(NEW.id) <> 'text' OR typeof(NEW.hash) <> 'text' OR typeof(NEW.made_by) NOT IN ('text', 'null')
  OR (NEW.made_with IS NOT NULL AND iif(json_valid(NEW.made_with), json_type(NEW.made_with), '') <> 'array')
BEGIN
  SELECT RAISE(ABORT, 'service_account_secrets: what should be text is not, or made_with is not a JSON array');
END;
--> statement-breakpoint
CREATE TRIGGER roles_name_insert BEFORE INSERT ON roles
WHEN typeof(NEW.name) <> 'text' OR length(NEW.name) > 64
  OR NEW.name NOT GLOB '[a-z]*' OR NEW.name GLOB '*[^a-z0-9_-]*'
BEGIN
  SELECT RAISE(ABORT, 'roles.name is not small letters, digits, hyphens or underscores');
END;
--> statement-breakpoint
CREATE TRIGGER roles_name_update BEFORE UPDATE OF name ON roles
WHEN typeof(NEW.name) <> 'text' OR length(NEW.name) > 64
  OR NEW.name NOT GLOB '[a-z]*' OR NEW.name GLOB '*[^a-z0-9_-]*'
BEGIN
  SELECT RAISE(ABORT, 'roles.name is not small letters, digits, hyphens or underscores');
END;
--> statement-breakpoint
CREATE TRIGGER role_permissions_permission_insert BEFORE INSERT ON role_permissions
WHEN NEW.permission <> '*' AND (NEW.permission NOT GLOB '[a-z]*:[a-z*]*'
  OR NEW.permission GLOB '*[^a-z0-9_:*-]*' OR NEW.permission GLOB '*:*:*')
BEGIN
  SELECT RAISE(ABORT, 'role_permissions.permission is not resource:action, resource:* or *');
END;
--> statement-breakpoint
CREATE TRIGGER role_permissions_permission_update BEFORE UPDATE OF permission ON role_permissions
WHEN NEW.permission <> '*' AND (NEW.permission NOT GLOB '[a-z]*:[a-z*]*'
  OR NEW.permission GLOB '*[^a-z0-9_:*-]*' OR NEW.permission GLOB '*:*:*')
BEGIN
  SELECT RAISE(ABORT, 'role_permissions.permission is not resource:action, resource:* or *');
END;
--> statement-breakpoint
CREATE TRIGGER signing_keys_numbers_insert BEFORE INSERT ON signing_keys
WHEN typeof(NEW.sequence) <> 'integer'
  OR typeof(NEW.created_at) <> 'integer' OR NEW.created_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.signs_from) NOT IN ('integer', 'null') OR NEW.signs_from NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.revoked_at) NOT IN ('integer', 'null') OR NEW.revoked_at NOT BETWEEN 0 AND 999999999999999
BEGIN
  SELECT RAISE(ABORT, 'signing_keys: a sequence is not a whole number, or a time not Unix milliseconds');
END;
--> statement-breakpoint
CREATE TRIGGER signing_keys_numbers_update BEFORE UPDATE OF sequence, created_at, signs_from, revoked_at ON signing_keys
WHEN typeof(NEW.sequence) <> 'integer'
  OR typeof(NEW.created_at) <> 'integer' OR NEW.created_at NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.signs_from) NOT IN ('integer', 'null') OR NEW.signs_from NOT BETWEEN 0 AND 999999999999999
  OR typeof(NEW.revoked_at) NOT IN ('integer', 'null') OR NEW.revoked_at NOT BETWEEN 0 AND 999999999999999
BEGIN
  SELECT RAISE(ABORT, 'signing_keys: a sequence is not a whole number, or a time not Unix milliseconds');
END;
