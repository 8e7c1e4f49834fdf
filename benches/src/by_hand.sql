-- What one writes without Septum: a setting that anybody can set, once a transaction.
ALTER TABLE accounts ALTER tenant_id SET DEFAULT current_setting('app.tenant', true)::uuid;
ALTER TABLE deals ALTER tenant_id SET DEFAULT current_setting('app.tenant', true)::uuid;
ALTER TABLE notes ALTER tenant_id SET DEFAULT current_setting('app.tenant', true)::uuid;
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON accounts USING (tenant_id = current_setting('app.tenant', true)::uuid);
CREATE POLICY own ON deals USING (tenant_id = current_setting('app.tenant', true)::uuid);
CREATE POLICY own ON notes USING (tenant_id = current_setting('app.tenant', true)::uuid);
