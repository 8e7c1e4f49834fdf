-- All that a database needs for Septum, after `septum migrate`: a default, so that an INSERT
-- need not name its tenant, and row-level security on each table that holds tenants' rows,
-- partitions included.

-- No word about policies that were not there before.
SET client_min_messages = warning;

ALTER TABLE accounts ALTER COLUMN tenant_id SET DEFAULT septum.tenant();
ALTER TABLE contacts ALTER COLUMN tenant_id SET DEFAULT septum.tenant();
ALTER TABLE deals ALTER COLUMN tenant_id SET DEFAULT septum.tenant();
ALTER TABLE activities ALTER COLUMN tenant_id SET DEFAULT septum.tenant();
ALTER TABLE notes ALTER COLUMN tenant_id SET DEFAULT septum.tenant();

SELECT septum.protect('accounts', 'tenant_id');
SELECT septum.protect('contacts', 'tenant_id');
SELECT septum.protect('deals', 'tenant_id');
SELECT septum.protect('activities', 'tenant_id');
SELECT septum.protect('notes', 'tenant_id');

RESET client_min_messages;
