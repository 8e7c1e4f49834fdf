-- The tables that the statements of `judge.rs` name: of tenants, under row-level security.

CREATE ROLE app LOGIN PASSWORD 'app';
CREATE TYPE deal_stage AS ENUM ('open', 'lost');
CREATE TABLE accounts (
    tenant_id uuid, id int, name text, industry text, city text, balance bigint
);
CREATE TABLE deals (
    tenant_id uuid, id int, account_id int, title text, stage deal_stage, amount_cents bigint,
    closes_on date, updated_at timestamptz
);
CREATE TABLE notes (tenant_id uuid, account_id int, body text);
CREATE TABLE activities (
    tenant_id uuid, id int, account_id int, kind text, summary text, occurred_at timestamptz
);
SELECT septum.protect(name, 'tenant_id')
    FROM unnest(ARRAY['accounts', 'deals', 'notes', 'activities']::regclass[]) name;
