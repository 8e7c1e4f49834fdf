-- Three customers' rows of a small CRM, once for each way to keep them apart. Keys lead with the
-- tenant, as the way of all of them.

CREATE TABLE accounts (
    tenant_id uuid NOT NULL,
    id int NOT NULL,
    name text NOT NULL,
    city text NOT NULL,
    balance bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id)
) WITH (fillfactor = 50);
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id int NOT NULL,
    account_id int NOT NULL,
    title text NOT NULL,
    amount_cents bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX deals_of_account ON deals (tenant_id, account_id);
CREATE TABLE notes (
    tenant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    account_id int NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

INSERT INTO accounts (tenant_id, id, name, city)
    SELECT t, i, 'Account ' || i, 'City ' || i % 97
    FROM unnest(ARRAY{tenants}::uuid[]) t, generate_series(1, 20000) i;
INSERT INTO deals (tenant_id, id, account_id, title, amount_cents)
    SELECT t, i, 1 + i % 20000, 'Deal ' || i, i * 7919 % 1000000
    FROM unnest(ARRAY{tenants}::uuid[]) t, generate_series(1, 40000) i;

GRANT SELECT, INSERT, UPDATE, DELETE ON accounts, deals, notes TO crm_app;
