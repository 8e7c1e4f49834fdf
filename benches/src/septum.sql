-- As Septum's documentation says.
ALTER TABLE accounts ALTER tenant_id SET DEFAULT septum.tenant();
ALTER TABLE deals ALTER tenant_id SET DEFAULT septum.tenant();
ALTER TABLE notes ALTER tenant_id SET DEFAULT septum.tenant();
SELECT septum.protect('accounts', 'tenant_id');
SELECT septum.protect('deals', 'tenant_id');
SELECT septum.protect('notes', 'tenant_id');
