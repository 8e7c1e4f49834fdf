-- No CASCADE: policies that read `septum.tenant()` must be replaced first, by someone who
-- knows what then keeps customers apart. The role `septum_owner` stays: other databases of
-- the cluster may use it.
DROP TABLE septum.seal_keys;
DROP TABLE septum.migrations;
DROP SCHEMA septum;
