-- What these roles grant is fixed in the code; the rows are what user_roles refers to.
INSERT INTO roles (name) VALUES ('admin'), ('user');
